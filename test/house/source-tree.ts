import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix, resolve } from "node:path";

/** The repository. */
export const ROOT: string = resolve(import.meta.dirname, "../..");
const SRC = join(ROOT, "src");

export interface Import {
  /** Path below src/, e.g. `answer/respond.ts`. */
  readonly file: string;
  /** As written. */
  readonly specifier: string;
  /** Path below src/ of a relative import, `../…` for one that leaves it; undefined for a package. */
  readonly target: string | undefined;
}

/** All files of src/, by paths below it. */
export const SOURCE_FILES: readonly string[] = readdirSync(SRC, {
  recursive: true,
  encoding: "utf8",
})
  .map((file) => file.replaceAll("\\", "/"))
  .filter((file) => file.endsWith(".ts"))
  .sort();

/** Every import of every file: of values and of types, static, dynamic and by require. */
export const IMPORTS: readonly Import[] = SOURCE_FILES.flatMap((file) =>
  specifiersOf(readFileSync(join(SRC, file), "utf8")).map((specifier) => ({
    file,
    specifier,
    target: specifier.startsWith(".") ? posix.join(dirname(file), specifier) : undefined,
  })),
);

/** The folder of a path below src/; `.` for the files in src/ itself. */
export function folderOf(path: string): string {
  const [folder = "", ...rest] = path.split("/");
  return rest.length === 0 ? "." : folder;
}

/** Everything a file reaches by its imports, itself included. */
export function reachableFrom(file: string): Set<string> {
  const reached = new Set([file]);
  for (const at of reached) {
    for (const { file: from, target } of IMPORTS) {
      if (from === at && target !== undefined) reached.add(target);
    }
  }
  return reached;
}

function specifiersOf(text: string): string[] {
  const statements = text.matchAll(/^(?:import|export)\s(?:[^;"']*?\sfrom\s)?\s*"([^"\n]+)"/gm);
  // `findPackage` is how geo/ finds the data files of a package that it does not load.
  const calls = text.matchAll(/\b(?:import|require|require\.resolve|findPackage)\(\s*"([^"\n]+)"/g);
  return [...statements, ...calls].map(([, specifier = ""]) => specifier);
}
