/**
 * Answers requests for zones (AXFR, RFC 5936; IXFR, RFC 1995): who asks, whether they may have the zone, and what of it they
 * do not have yet.
 */
import type { Address } from "../address/address.ts";
import { formatAddress } from "../address/parse.ts";
import { readExpire } from "../image/expiry-table.ts";
import type { Log } from "../log/log.ts";
import { createRateLimitedLog } from "../log/rate-limited-log.ts";
import { formatTsigError } from "../tsig/errors.ts";
import { formatKeyName, type Keyring } from "../tsig/keyring.ts";
import { SigningStream } from "../tsig/signing-stream.ts";
import { verifySignature } from "../tsig/verify.ts";
import {
  RCODE_BADVERS,
  RCODE_FORMERR,
  RCODE_NOTAUTH,
  RCODE_NOTIMP,
  RCODE_REFUSED,
  RCODE_SERVFAIL,
  SAFE_UDP_OCTETS,
} from "../wire/message.ts";
import { formatName } from "../wire/name.ts";
import { formatType, TYPE_AXFR, TYPE_IXFR } from "../wire/rr-types.ts";
import { isNewerSerial } from "../wire/serial.ts";
import { writeRefusal } from "../wire/write-refusal.ts";
import type { Update } from "./journal.ts";
import type { LastTransfer, LastTransfers } from "./last-transfers.ts";
import { mayTransfer } from "./may-transfer.ts";
import type { TransferRecord } from "./message-packer.ts";
import type { TransferCounts } from "./transfer-counts.ts";
import {
  listSoa,
  listUpdate,
  listWhole,
  packDatagram,
  packError,
  packMessages,
  type ReplyContext,
  type ReplyCounts,
  type ReplySignature,
} from "./transfer-reply.ts";
import { readTransferRequest, type TransferRequest } from "./transfer-request.ts";
import { TRANSFER_LIMITS, type TransferLimits, TransferSlots } from "./transfer-slots.ts";
import type { TransferZone, TransferZones } from "./transfer-zones.ts";
import type { ZoneContent } from "./zone-content.ts";

/** A request as it comes from a transport. */
export interface IncomingRequest {
  readonly octets: Uint8Array;
  readonly source: Address;
  readonly transport: "udp" | "tcp" | "tls" | "https";
}

/** Answers requests for zones with as many messages as it takes; undefined for whatever else is asked. */
export type TransferDesk = (request: IncomingRequest) => Iterable<Uint8Array> | undefined;

export interface TransferDeskOptions {
  readonly zones: Pick<TransferZones, "find" | "isServed">;
  readonly keyring: Keyring;
  /** When zones that are kept elsewhere expire: see expiry-table.ts. */
  readonly expiries: SharedArrayBuffer;
  /** Kept up to date. */
  readonly counts: TransferCounts;
  /** Kept up to date, too. */
  readonly last: LastTransfers;
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly wallClock: () => number;
  readonly limits?: TransferLimits;
}

/** INFO-CODEs (RFC 8914 §4). */
const NOT_READY = 14;
const PROHIBITED = 18;
const NOT_AUTHORITATIVE = 20;
/** Lines about refused requests, which anybody can send. */
const LINES_PER_SECOND = 5;

export function createTransferDesk(options: TransferDeskOptions): TransferDesk {
  const slots = new TransferSlots(options.limits ?? TRANSFER_LIMITS);
  const strangers = createRateLimitedLog(options.log, LINES_PER_SECOND);
  return (incoming) => {
    const request = readTransferRequest(incoming.octets);
    if (request === undefined) return undefined;
    if (request !== "malformed") return answer({ ...options, slots, strangers, incoming, request });
    const refusal = writeRefusal(incoming.octets, RCODE_FORMERR);
    return refusal === undefined ? [] : [refusal];
  };
}

interface Exchange extends TransferDeskOptions {
  readonly slots: TransferSlots;
  readonly strangers: Log;
  readonly incoming: IncomingRequest;
  readonly request: TransferRequest;
}

function* answer(exchange: Exchange): Generator<Uint8Array> {
  const { request, incoming, keyring, zones, wallClock } = exchange;
  if (request.opt !== undefined && request.opt.version !== 0) {
    yield refuse(exchange, undefined, RCODE_BADVERS);
    return;
  }
  let signing: SigningStream | undefined;
  if (request.signatureAt !== 0) {
    const { octets } = incoming;
    const now = Math.floor(wallClock() / 1000);
    const verdict = verifySignature(octets, octets.length, request.signatureAt, keyring, now);
    if (verdict.kind === "refused") {
      note(exchange, verdict.error === 0 ? "malformed TSIG" : formatTsigError(verdict.error));
      yield refuse(exchange, verdict, verdict.rcode);
      return;
    }
    signing = new SigningStream(verdict.key, verdict.mac);
  }
  const zone = zones.find(request.apex);
  const key = signing && formatName(signing.key.name);
  if (zone === undefined && !zones.isServed(request.apex)) {
    note(exchange, "no such zone");
    yield refuse(exchange, signing, RCODE_NOTAUTH, NOT_AUTHORITATIVE);
  } else if (zone === undefined || !mayTransfer(zone.allow, incoming.source, key)) {
    note(exchange, "not allowed");
    yield refuse(exchange, signing, RCODE_REFUSED, PROHIBITED);
  } else if (zone.content === undefined) {
    note(exchange, "the zone has no data");
    yield refuse(exchange, signing, RCODE_SERVFAIL, NOT_READY);
  } else if (incoming.transport === "udp") {
    yield sendDatagram(exchange, zone, zone.content, signing);
  } else {
    yield* sendStream(exchange, zone, zone.content, signing);
  }
}

function refuse(
  { request, wallClock }: Exchange,
  signature: ReplySignature,
  rcode: number,
  extendedError?: number,
): Uint8Array {
  return packError(request, signature, Math.floor(wallClock() / 1000), rcode, extendedError);
}

/** There is no AXFR over UDP (RFC 5936 §4.2), and of an IXFR only what fits (RFC 1995 §2). */
function sendDatagram(
  exchange: Exchange,
  zone: TransferZone,
  content: ZoneContent,
  signing: SigningStream | undefined,
): Uint8Array {
  const { request } = exchange;
  if (request.type === TYPE_AXFR) return refuse(exchange, signing, RCODE_NOTIMP);
  const payload = Math.min(request.payload, SAFE_UDP_OCTETS);
  const context = createContext(exchange, content, signing);
  const update = findUpdate(request, zone, content);
  if (update !== undefined && update !== "current") {
    const whole = packDatagram(context, listUpdate(content, update), payload);
    if (whole !== undefined) {
      exchange.counts.incremental++;
      remember(exchange, signing, content.serial, "incremental", false);
      return whole;
    }
  }
  // Also says that there is more than fits.
  return (
    packDatagram(context, listSoa(content), payload) ?? refuse(exchange, signing, RCODE_SERVFAIL)
  );
}

function* sendStream(
  exchange: Exchange,
  zone: TransferZone,
  content: ZoneContent,
  signing: SigningStream | undefined,
): Generator<Uint8Array> {
  const { request, incoming, slots } = exchange;
  const context = createContext(exchange, content, signing);
  const update = findUpdate(request, zone, content);
  const counts: ReplyCounts = { messages: 0, records: 0, octets: 0 };
  if (update === "current") {
    exchange.counts.incremental++;
    yield* packMessages(context, listSoa(content), counts);
    return;
  }
  const release = slots.take(incoming.source);
  if (release === undefined) {
    note(exchange, "too many transfers at a time");
    yield refuse(exchange, signing, RCODE_SERVFAIL);
    return;
  }
  let records: Iterable<TransferRecord> = listWhole(content);
  let kind = "AXFR";
  if (update !== undefined) {
    records = listUpdate(content, update);
    kind = "IXFR";
  } else if (request.type === TYPE_IXFR) {
    kind = "IXFR, whole";
  }
  let isDone = false;
  try {
    yield* packMessages(context, records, counts);
    isDone = true;
  } finally {
    release();
    const fields = {
      ...describe(exchange),
      kind,
      serial: content.serial,
      ...(signing === undefined ? {} : { key: formatKeyName(signing.key) }),
      ...counts,
    };
    if (isDone) exchange.log.info(fields, "zone transferred");
    else exchange.log.warn(fields, "zone transfer broken off");
    const extent = update === undefined ? "whole" : "incremental";
    exchange.counts[isDone ? extent : "broken"]++;
    remember(exchange, signing, content.serial, extent, !isDone);
  }
}

function createContext(
  { request, wallClock, expiries }: Exchange,
  { segment }: ZoneContent,
  signing: SigningStream | undefined,
): ReplyContext {
  const left =
    request.opt?.wantsExpire === true
      ? readExpire(segment, new Uint32Array(expiries), wallClock())
      : -1;
  return { request, signing, expire: left < 0 ? undefined : left, wallClock };
}

/** @returns "current" if there is nothing to bring; undefined if only the whole zone will do */
function findUpdate(
  { type, serial }: TransferRequest,
  { journal }: TransferZone,
  content: ZoneContent,
): Update | "current" | undefined {
  if (type !== TYPE_IXFR || serial === undefined) return undefined;
  // Whoever has a newer version than ours is told the same (RFC 1995 §2).
  if (serial === content.serial || isNewerSerial(serial, content.serial)) return "current";
  const update = journal.find(serial, content.serial);
  if (update === undefined) return undefined;
  return update.removed.octets + update.added.octets < content.octets ? update : undefined;
}

function remember(
  { last, request, incoming, wallClock }: Exchange,
  signing: SigningStream | undefined,
  serial: number,
  kind: LastTransfer["kind"],
  isBroken: boolean,
): void {
  const zone = formatName(request.apex);
  const client = formatAddress(incoming.source);
  const key = signing && formatKeyName(signing.key);
  last.note({ zone, client, kind, serial, key, isBroken, at: wallClock() });
}

function note(exchange: Exchange, reason: string): void {
  exchange.counts.refused++;
  exchange.strangers.info({ ...describe(exchange), reason }, "zone transfer refused");
}

function describe({ request, incoming }: Exchange): Record<string, unknown> {
  return {
    zone: formatName(request.apex),
    client: formatAddress(incoming.source),
    asked: formatType(request.type),
  };
}
