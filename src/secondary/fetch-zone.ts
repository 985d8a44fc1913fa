import { findKeyByText, type Keyring, type TsigKey } from "../tsig/keyring.ts";
import { VerifyingStream } from "../tsig/verifying-stream.ts";
import { askSerial, describeVerdict, type SerialQuestion } from "./ask-serial.ts";
import { FrameBlocks } from "./frame-blocks.ts";
import type {
  ConversationOptions,
  PrimaryClient,
  PrimaryQuestion,
  TransferAnswer,
} from "./primary-client.ts";
import { exchangeStream } from "./stream-exchange.ts";
import { type Scan, TransferScanner } from "./transfer-scanner.ts";
import { writeTransferRequest } from "./write-request.ts";

export interface PrimaryClientOptions extends Omit<ConversationOptions, "signal"> {
  readonly keyring: Keyring;
  /** Seconds since 1970. */
  readonly wallSeconds: () => number;
  /** A number that nobody can guess, of 16 bits. */
  readonly makeId: () => number;
}

/** Talks to primaries over the network. */
export function createPrimaryClient(options: PrimaryClientOptions): PrimaryClient {
  function prepare({ key, ...question }: PrimaryQuestion): SerialQuestion | string {
    const found = key === undefined ? undefined : findKeyByText(options.keyring, key);
    if (key !== undefined && found === undefined) return `the server file has no key ${key}`;
    return { ...options, ...question, key: found };
  }
  return {
    async askSerial(question) {
      const prepared = prepare(question);
      return typeof prepared === "string"
        ? { kind: "failed", reason: prepared }
        : askSerial(prepared);
    },
    async transfer(question, own) {
      const prepared = prepare(question);
      return typeof prepared === "string"
        ? { kind: "failed", reason: prepared, isWholeWanted: false }
        : fetchZone(prepared, own);
    },
  };
}

type OwnVersion = { readonly soa: Uint8Array; readonly serial: number } | undefined;

async function fetchZone(question: SerialQuestion, own: OwnVersion): Promise<TransferAnswer> {
  const answer = await attempt(question, own, true);
  if (answer.kind !== "failed" || answer.isFormatError !== true) return answer;
  return attempt(question, own, false);
}

async function attempt(
  question: SerialQuestion,
  own: OwnVersion,
  hasEdns: boolean,
): Promise<TransferAnswer> {
  const { primary, apex, key, wallSeconds } = question;
  const id = question.makeId();
  const signing = key && { key, time: wallSeconds() };
  const request = writeTransferRequest(id, apex, own?.soa, hasEdns, signing);
  const scanner = new TransferScanner({ apex, id, ownSerial: own?.serial });
  const verifying = createVerifying(key, request.mac);
  const frames = new FrameBlocks();
  let scan: Scan = { kind: "more" };
  let isSilent = true;
  const problem = await exchangeStream(
    primary,
    request.octets,
    (octets) => {
      isSilent = false;
      let length = octets.length;
      if (verifying !== undefined) {
        const verdict = verifying.verify(octets, octets.length, wallSeconds());
        if (verdict.kind === "refused") return { problem: describeVerdict(verdict) };
        length = verdict.length;
      }
      scan = scanner.take(octets, length);
      if (scan.kind === "refused") return { problem: scan.reason };
      frames.append(octets.subarray(0, length));
      if (scan.kind === "more") return "more";
      // The last message must be signed (RFC 8945 §5.3.1).
      if (verifying?.isSettled === false) return { problem: "the last message is not signed" };
      return "done";
    },
    question,
  );
  if (isSilent) {
    return { kind: "failed", reason: problem ?? "no answer", isSilent, isWholeWanted: false };
  }
  return conclude(problem, scan, scanner, frames);
}

function createVerifying(
  key: TsigKey | undefined,
  mac: Uint8Array | undefined,
): VerifyingStream | undefined {
  return key === undefined || mac === undefined ? undefined : new VerifyingStream(key, mac);
}

function conclude(
  problem: string | undefined,
  scan: Scan,
  scanner: TransferScanner,
  frames: FrameBlocks,
): TransferAnswer {
  if (problem !== undefined) {
    // An SOA alone says that the changes are not at hand (RFC 1995 §2).
    const isWholeWanted =
      scan.kind === "refused" ? scan.isWholeWanted : scan.kind === "more" && scanner.hasOnlySoa;
    const isFormatError = scan.kind === "refused" && scan.isFormatError;
    return {
      kind: "failed",
      reason: problem,
      isWholeWanted,
      ...(isFormatError && { isFormatError }),
    };
  }
  switch (scan.kind) {
    case "complete": {
      const { kind: _, ...version } = scan;
      return { kind: "transferred", ...version, blocks: frames.blocks() };
    }
    case "current":
      return scan;
    case "refused":
    case "more":
      return { kind: "failed", reason: "the transfer did not end", isWholeWanted: false };
  }
}
