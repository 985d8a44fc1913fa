/** Asks for zones in process, and reads what comes as a secondary would. */

import { parseAddress } from "../../src/address/parse.ts";
import { type PreparedZone, prepareZone } from "../../src/loader/prepare-zone.ts";
import { type Log, silentLog } from "../../src/log/log.ts";
import { LastTransfers } from "../../src/transfer/last-transfers.ts";
import { createTransferCounts, type TransferCounts } from "../../src/transfer/transfer-counts.ts";
import { createTransferDesk, type TransferDesk } from "../../src/transfer/transfer-desk.ts";
import type { TransferLimits } from "../../src/transfer/transfer-slots.ts";
import { type TransferZone, TransferZones } from "../../src/transfer/transfer-zones.ts";
import type { Keyring } from "../../src/tsig/keyring.ts";
import { loadZone } from "../../src/zone/load-zone.ts";
import type { NotifyTarget, TransferRule } from "../../src/zone/model.ts";
import { geoTable } from "./geo.ts";
import { type Message, type ResourceRecord, readMessage } from "./message.ts";
import { concat, type QueryFields, query, question, record } from "./packet.ts";

export const NOW_SECONDS = 1_800_000_000;
const EMPTY_GEO = geoTable({});

/** Everybody. */
export const ANYBODY: readonly TransferRule[] = ["0.0.0.0", "::"].map((text) => ({
  prefix: { address: parseAddress(text)!, length: 0 },
  key: undefined,
}));

export interface TransferFixture {
  readonly zones: TransferZones;
  readonly desk: TransferDesk;
  readonly counts: TransferCounts;
  readonly last: LastTransfers;
  /** Zones as they were reported changed. */
  readonly changes: TransferZone[];
  /** Work put off; run by `runDeferred()`. */
  runDeferred(): void;
  serve(...texts: readonly string[]): readonly PreparedZone[];
  /** All messages that come from the desk for a request of 127.0.0.1. */
  send(octets: Uint8Array, transport?: "udp" | "tcp", source?: string): Uint8Array[];
  /** The same, read; each must be well formed. */
  ask(fields: QueryFields, transport?: "udp" | "tcp", source?: string): Message[];
}

export function createTransfers(
  options: {
    readonly allow?: readonly TransferRule[];
    readonly notify?: readonly NotifyTarget[];
    readonly keyring?: Keyring;
    readonly log?: Log;
    readonly limits?: TransferLimits;
    readonly expiries?: SharedArrayBuffer;
  } = {},
): TransferFixture {
  const { allow = ANYBODY, notify = [], keyring = new Map(), log = silentLog, limits } = options;
  const expiries = options.expiries ?? new SharedArrayBuffer(0);
  const changes: TransferZone[] = [];
  const deferred: (() => void)[] = [];
  const zones = new TransferZones({
    allow,
    notify,
    log,
    onChange: (zone) => changes.push(zone),
    onGone: () => {},
    defer: (run) => deferred.push(run),
  });
  const counts = createTransferCounts();
  const last = new LastTransfers();
  const wallClock = (): number => NOW_SECONDS * 1000;
  const desk = createTransferDesk({
    zones,
    keyring,
    expiries,
    counts,
    last,
    log,
    wallClock,
    ...(limits && { limits }),
  });
  const send: TransferFixture["send"] = (octets, transport = "tcp", source = "127.0.0.1") => {
    const messages = desk({ octets, source: parseAddress(source)!, transport });
    if (messages === undefined) throw new Error("Not a request for a zone");
    return Array.from(messages, (message) => message.slice());
  };
  return {
    zones,
    desk,
    counts,
    last,
    changes,
    runDeferred: () => {
      for (let run = deferred.shift(); run !== undefined; run = deferred.shift()) run();
    },
    serve: (...texts) => {
      const prepared = texts.map(prepareText);
      zones.follow(prepared);
      return prepared;
    },
    send,
    ask: (fields, transport, source) =>
      send(transferQuery(fields), transport, source).map(readMessage),
  };
}

/** A zone from the text of its file. */
export function prepareText(text: string): PreparedZone {
  const { zone, issues } = loadZone(text, { file: "z.yaml", changedAt: 1 });
  if (zone === undefined) throw new SyntaxError(JSON.stringify(issues));
  return prepareZone(zone, EMPTY_GEO, 0);
}

/** A query for a zone; `serial` makes it an IXFR with the SOA of that version. */
export function transferQuery(fields: QueryFields & { readonly serial?: number }): Uint8Array {
  const { serial, ...rest } = fields;
  if (serial === undefined) return query(rest);
  const whole = query({ ...rest, type: "IXFR" });
  const end = 12 + question(rest.name, "IXFR" as never).length;
  const rdata = concat(Uint8Array.of(0, 0), u32(serial), new Uint8Array(16));
  const soa = record(Uint8Array.of(0xc0, 12), 6, 1, 0, rdata);
  const header = whole.slice(0, 12);
  header[9] = 1;
  return concat(header, whole.subarray(12, end), soa, whole.subarray(end));
}

/** `owner ttl TYPE rdata`, in the order they came. */
export function listRecords(messages: readonly Message[]): string[] {
  return messages.flatMap(({ answer }) => answer.map(toLine));
}

function toLine({ owner, ttl, type, rdata }: ResourceRecord): string {
  return `${owner} ${ttl} ${type} ${rdata}`;
}

function u32(value: number): Uint8Array {
  const octets = new Uint8Array(4);
  new DataView(octets.buffer).setUint32(0, value);
  return octets;
}
