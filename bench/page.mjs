/** The page that holds the figures, and the folder of its pictures. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const PAGE = fileURLToPath(new URL("../docs/benchmarks.md", import.meta.url));
const PICTURES = fileURLToPath(new URL("../docs/benchmarks/", import.meta.url));

/**
 * Replaces what stands in docs/benchmarks.md between the markers of a section.
 *
 * @param {string} section as in `<!-- SECTION: written by npm run bench -->` … `<!-- end of SECTION -->`
 */
export function writeSection(section, text) {
  const page = readFileSync(PAGE, "utf8");
  const begin = `<!-- ${section}: written by npm run bench -->`;
  const end = `<!-- end of ${section} -->`;
  const [before, rest] = splitOnce(page, begin);
  const [, after] = splitOnce(rest, end);
  writeFileSync(PAGE, `${before}${begin}\n\n${text}\n\n${end}${after}`);
}

/** Writes a picture beside the page. @returns how the page refers to it */
export function writePicture(name, svg) {
  mkdirSync(PICTURES, { recursive: true });
  writeFileSync(`${PICTURES}${name}.svg`, svg);
  return `benchmarks/${name}.svg`;
}

function splitOnce(text, marker) {
  const at = text.indexOf(marker);
  if (at < 0) throw new Error(`Cannot write the figures: ${PAGE} has no "${marker}"`);
  return [text.slice(0, at), text.slice(at + marker.length)];
}
