/**
 * RFC 1035 master files → records in columns. The scanner cuts octets into tokens, read-record.ts makes records of
 * them, and group-records.ts gathers those into RRsets. A million plain records take about half a second, because no
 * object and no string is made for each.
 */
import type { IssueList } from "../../config/issue-list.ts";
import type { Name } from "../model.ts";
import type { PartReader } from "../part-reader.ts";
import { MAX_GENERATED } from "./generate-records.ts";
import { MAX_MASTER_OCTETS } from "./master-file.ts";
import type { MasterState } from "./master-state.ts";
import { NO_TTL, OWNER } from "./master-state.ts";
import { NameReader } from "./name-reader.ts";
import { hashName } from "./name-table.ts";
import { readLines } from "./read-lines.ts";
import { RecordTable } from "./record-table.ts";
import { Scanner } from "./scanner.ts";

/** What a record is written with, at most, where there are many; room is made for more as they come. */
const RECORD_OCTETS = 64;
const MAX_EXPECTED = 2 ** 20;

export interface MasterSource {
  /** As messages call it. */
  readonly file: string;
  readonly octets: Uint8Array;
  /** What is added to an offset in it to make a place of the issues. */
  readonly base: number;
  /** Seconds, for records that nothing in the file gives a TTL; undefined: such a record is an error. */
  readonly fallbackTtl: number | undefined;
  /** Undefined: `$INCLUDE` is an error. */
  readonly parts: PartReader | undefined;
}

/**
 * Reads a master file and those that it includes.
 *
 * @param apex the zone and first origin; what lies outside is left out with a warning
 * @returns all records that nothing is wrong with by themselves
 */
export function readMaster(source: MasterSource, apex: Name, issues: IssueList): RecordTable {
  const { file, octets, base, fallbackTtl = NO_TTL, parts } = source;
  const apexHash = hashName(apex, 0);
  const state: MasterState = {
    apex,
    issues,
    parts,
    table: new RecordTable(Math.min(octets.length / RECORD_OCTETS, MAX_EXPECTED) >>> 0),
    names: new NameReader(),
    head: { ttl: NO_TTL, type: 0 },
    defaultTtl: NO_TTL,
    lastTtl: NO_TTL,
    fallbackTtl,
    hasWarnedOfTtl: false,
    budget: MAX_MASTER_OCTETS - octets.length,
    generations: MAX_GENERATED,
    readLines,
  };
  if (state.budget < 0) {
    const problem = `the file has ${octets.length} octets: at most ${MAX_MASTER_OCTETS} are read`;
    issues.error({ start: base, end: base + 1 }, problem);
    return state.table;
  }
  readLines(
    {
      scanner: new Scanner(octets),
      file,
      base,
      fixed: undefined,
      trail: [file],
      origin: apex,
      originHash: apexHash,
      isInside: true,
      owner: OWNER.none,
    },
    state,
  );
  return state.table;
}
