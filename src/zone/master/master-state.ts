import type { IssueList, Place } from "../../config/issue-list.ts";
import type { Name } from "../model.ts";
import type { PartReader } from "../part-reader.ts";
import type { NameReader } from "./name-reader.ts";
import type { RecordTable } from "./record-table.ts";
import type { Scanner } from "./scanner.ts";

/** What the files of one zone share while they are read. */
export interface MasterState {
  readonly apex: Name;
  readonly issues: IssueList;
  readonly parts: PartReader | undefined;
  readonly table: RecordTable;
  readonly names: NameReader;
  /** What stood between the owner and the rdata of the record that is being read; `ttl` in seconds, or NO_TTL. */
  readonly head: { ttl: number; type: number };
  /** Seconds, or NO_TTL: what `$TTL` says, or the SOA's minimum where nothing came before it (RFC 2308 §4). */
  defaultTtl: number;
  /** The last TTL that a record was written with. */
  lastTtl: number;
  /** For records for which nothing else says one. */
  readonly fallbackTtl: number;
  /** Whether the reader has been warned that records took over the TTL of others. */
  hasWarnedOfTtl: boolean;
  /** Octets that may still be read, files that are included several times counted each time. */
  budget: number;
  /** Reads the lines of a file that is included. */
  readonly readLines: (frame: Frame, state: MasterState) => void;
  /** Records that `$GENERATE` may still make. */
  generations: number;
}

/** One file, or the lines that one `$GENERATE` stands for. */
export interface Frame {
  readonly scanner: Scanner;
  /** As messages call it. */
  readonly file: string;
  /** Offset of its first octet in the places of the issues. */
  readonly base: number;
  /** The place of everything in lines that are not written in a file. */
  readonly fixed: Place | undefined;
  /** The files that lead here, this one included. */
  readonly trail: readonly string[];
  /** Wire form, lower case. */
  origin: Name;
  originHash: number;
  /** Whether names relative to the origin are in the zone. */
  isInside: boolean;
  /** The number of the owner that a line without one means, or one of OWNER. */
  owner: number;
}

export const NO_TTL = -1;

/** What stands for an owner's number where there is none. */
export const OWNER = {
  /** No record came before. */
  none: -1,
  /** It is out of the zone: its records are left out. */
  outside: -2,
  /** It was refused. */
  bad: -3,
} as const;

/** The place of some octets of a frame. */
export function placeOf(frame: Frame, start: number, stop: number): Place {
  return frame.fixed ?? { start: frame.base + start, end: frame.base + stop };
}

/** The place of the last token. */
export function tokenPlace(frame: Frame): Place {
  const { start, stop } = frame.scanner;
  return placeOf(frame, start, Math.max(stop, start + 1));
}

/** Text of a file as messages show it: octets that are no text become U+FFFD. */
export function textOf(frame: Frame, start: number, stop: number): string {
  return new TextDecoder().decode(
    frame.scanner.octets.subarray(start, Math.min(stop, start + 200)),
  );
}

/** The text of the last token. */
export function tokenText(frame: Frame): string {
  return textOf(frame, frame.scanner.start, frame.scanner.stop);
}
