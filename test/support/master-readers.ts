/** What the programs of others make of a master file. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Zone } from "../../src/zone/model.ts";
import { type CorpusFile, type Server, textOf } from "./master-corpus.ts";
import { listRecords, loadMaster } from "./master-zone.ts";
import { runPeer, startPeer } from "./peers.ts";
import { findFreePort } from "./ports.ts";

/** Records in canonical form, sorted; undefined: refused. */
export type Reading = readonly string[] | undefined;

/** The programs that each server's reading takes. */
export const PROGRAMS: readonly string[] = [
  "named-checkzone",
  "nsd-checkzone",
  "kzonecheck",
  "knotd",
  "kdig",
  "ldns-read-zone",
];

/** How rondo itself reads it. */
export function readWithRondo(file: CorpusFile): Reading {
  const { zone } = loadMaster(textOf(file), file.parts ?? {});
  return zone && canonicalRecords(zone);
}

/** How the servers read files, by their names. */
export async function readWithOthers(
  files: readonly CorpusFile[],
): Promise<Record<Server, Map<string, Reading>>> {
  const folder = mkdtempSync(join(tmpdir(), "rondo-master-"));
  try {
    const readings = { named: new Map(), nsd: new Map(), knot: new Map(), ldns: new Map() };
    for (const file of files) {
      const path = write(folder, file, "example.com");
      readings.named.set(file.name, await readWithNamed(path));
      readings.nsd.set(file.name, await readWithNsd(path));
      readings.ldns.set(file.name, await readWithLdns(path));
    }
    return { ...readings, knot: await readWithKnot(folder, files) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Each file has a folder of its own, for the files beside it. */
function write(folder: string, file: CorpusFile, zone: string): string {
  const path = join(folder, zone, file.name, "file.zone");
  const rename = (text: string): string => text.replaceAll("example.com", zone);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, rename(textOf(file)));
  for (const [name, text] of Object.entries(file.parts ?? {})) {
    writeFileSync(join(dirname(path), name), rename(text));
  }
  return path;
}

async function readWithNamed(path: string): Promise<Reading> {
  const out = `${path}.out`;
  const args = ["-w", dirname(path), "-i", "none", "-k", "ignore", "-o", out];
  const { status } = await runPeer("named-checkzone", ["-D", ...args, "example.com", path]);
  return status === 0 ? parseDump(readFileSync(out, "latin1")) : undefined;
}

async function readWithNsd(path: string): Promise<Reading> {
  // It looks for included files in the folder it is started in.
  const text = readFileSync(path, "latin1").replace("$INCLUDE ", `$INCLUDE ${dirname(path)}/`);
  const place = `${path}.nsd`;
  writeFileSync(place, text, "latin1");
  const { status, stdout } = await runPeer("nsd-checkzone", ["-p", "example.com", place]);
  return status === 0 ? parseDump(stdout) : undefined;
}

async function readWithLdns(path: string): Promise<Reading> {
  const { status, stdout } = await runPeer("ldns-read-zone", [path]);
  return status === 0 ? parseDump(stdout) : undefined;
}

/** Those that it accepts are served, each as a zone of its own, and transferred. */
async function readWithKnot(
  folder: string,
  files: readonly CorpusFile[],
): Promise<Map<string, Reading>> {
  const readings = new Map<string, Reading>();
  const zones: { name: string; zone: string; path: string }[] = [];
  for (const file of files) {
    const { name } = file;
    const path = write(folder, file, "example.com");
    const { status } = await runPeer("kzonecheck", ["-o", "example.com", path]);
    const zone = `z${zones.length}.test`;
    if (status === 0) zones.push({ name, zone, path: write(folder, file, zone) });
    else readings.set(name, undefined);
  }
  const port = await findFreePort("127.0.0.1");
  const config = join(folder, "knot.conf");
  const entries = zones.map(
    ({ zone, path }) => `  - domain: ${zone}\n    file: ${path}\n    acl: all\n`,
  );
  writeFileSync(
    config,
    `server:\n  rundir: ${folder}\n  listen: 127.0.0.1@${port}\ndatabase:\n  storage: ${folder}\nacl:\n  - id: all\n    action: transfer\nzone:\n${entries.join("")}`,
  );
  const ask = (...args: string[]): ReturnType<typeof runPeer> =>
    runPeer("kdig", ["@127.0.0.1", "-p", String(port), "+noall", "+answer", ...args]);
  const knot = await startPeer("knotd", ["-c", config], async () => {
    const { stdout } = await ask(zones.at(-1)!.zone, "SOA", "+timeout=1", "+retry=0");
    return stdout.includes("SOA");
  });
  try {
    for (const { name, zone } of zones) {
      const { stdout } = await ask(zone, "AXFR");
      readings.set(name, parseDump(stdout.replaceAll(zone, "example.com")));
    }
  } finally {
    await knot.stop();
  }
  return readings;
}

/** What a program prints is plain: it says every name in full, and needs no more than the simplest of reading. */
function parseDump(text: string): Reading {
  const seen = new Set<string>();
  // The SOA ends a transfer, too.
  const lines = text.split("\n").filter((line) => {
    const isRepeated = line.includes("SOA") && seen.has(line);
    seen.add(line);
    return !isRepeated && !line.startsWith(";");
  });
  const { zone, issues } = loadMaster(Buffer.from(lines.join("\n"), "latin1"));
  if (zone === undefined) return issues.map(({ message }) => `unreadable: ${message}`);
  return canonicalRecords(zone);
}

/** Without the case of names in rdata, which some servers keep and some do not. */
function canonicalRecords(zone: Zone): string[] {
  return listRecords(zone)
    .map((line) => (/^\S+ \d+ (NS|CNAME|MX|SOA) /.test(line) ? line.toLowerCase() : line))
    .sort();
}
