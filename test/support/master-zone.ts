/** Small master files for tests, and what the loader makes of them. */
import { dirname, join } from "node:path";
import { formatRdata } from "../../src/rdata/format-rdata.ts";
import { formatName } from "../../src/wire/name.ts";
import { formatType } from "../../src/wire/rr-types.ts";
import { type LoadedZone, loadZone, type ZoneFile } from "../../src/zone/load-zone.ts";
import type { RRset, Zone } from "../../src/zone/model.ts";
import type { PartReader } from "../../src/zone/part-reader.ts";

/** The apex of `example.com.`: five lines that nothing is wrong with. */
export const MASTER_HEAD = `$TTL 3600
@ SOA ns1 hostmaster 7 7200 1800 1209600 60
@ NS ns1
@ NS ns2.example.net.
ns1 A 192.0.2.53
`;

export type Files = Readonly<Record<string, string | Uint8Array>>;

/** Loads `zones/example.com.zone`, or the file named, of these files beside each other. */
export function loadMaster(
  text: string | Uint8Array,
  parts: Files = {},
  source: Partial<ZoneFile> = {},
): LoadedZone {
  return loadZone(text, {
    file: "zones/example.com.zone",
    changedAt: 1,
    parts: partsOf(parts),
    ...source,
  });
}

/** Files by their path below `zones/`. */
export function partsOf(files: Files): PartReader {
  return {
    read(name, from) {
      const file = join(dirname(from), name);
      const content = files[file.replace(/^zones\//, "")];
      if (content === undefined) return "no such file";
      return { file, octets: typeof content === "string" ? Buffer.from(content) : content };
    },
  };
}

/** The records behind MASTER_HEAD, one a line: `www.example.com. 60 A 192.0.2.1`. */
export function recordsOf(text: string, parts: Files = {}): string[] {
  const { zone, issues } = loadMaster(MASTER_HEAD + text, parts);
  if (zone === undefined) throw new Error(issues.map(({ message }) => message).join("\n"));
  return listRecords(zone).filter((line) => !HEAD_RECORDS.has(line));
}

/** `file:line:column: severity: message` of a file that begins with MASTER_HEAD, whose lines are not counted. */
export function masterIssues(text: string, parts: Files = {}): string[] {
  const head = MASTER_HEAD.split("\n").length - 1;
  return loadMaster(MASTER_HEAD + text, parts).issues.map(
    ({ file, line, column, severity, message }) => {
      const isMain = file === "zones/example.com.zone";
      const where = isMain ? `${line - head}` : `${file.replace("zones/", "")}:${line}`;
      return `${where}:${column}: ${severity}: ${message}`;
    },
  );
}

/** All static RRsets of a zone: its own, then those in columns, in the order of their names. */
export function listStatics({ rrsets, table: tabulated }: Pick<Zone, "rrsets" | "table">): RRset[] {
  if (tabulated === undefined) return [...rrsets];
  const { table, records, first, size } = tabulated;
  const columns = Array.from({ length: tabulated.count }, (_, rrset): RRset => {
    const numbers = [...records.subarray(first[rrset]!, first[rrset]! + size[rrset]!)];
    return {
      owner: table.owners.nameAt(table.owner[numbers[0]!]!),
      type: table.type[numbers[0]!]!,
      ttl: table.ttl[numbers[0]!]!,
      rdata: numbers.map((record) => table.rdataAt(record)),
      answers: undefined,
    };
  });
  return [...rrsets, ...columns];
}

/** All records of a zone, in the same order. */
export function listRecords(zone: Zone): string[] {
  return listStatics(zone).flatMap(({ owner, type, ttl, rdata }) =>
    rdata.map(
      (octets) => `${formatName(owner)} ${ttl} ${formatType(type)} ${formatRdata(type, octets)}`,
    ),
  );
}

const HEAD_RECORDS = new Set(listRecords(loadMaster(MASTER_HEAD).zone!));
