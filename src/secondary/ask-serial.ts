import { createSocket } from "node:dgram";
import { isIPv6 } from "node:net";
import { formatTsigError } from "../tsig/errors.ts";
import type { TsigKey } from "../tsig/keyring.ts";
import { type StreamVerdict, VerifyingStream } from "../tsig/verifying-stream.ts";
import type {
  ConversationOptions,
  Failure,
  PrimaryAddress,
  SerialAnswer,
} from "./primary-client.ts";
import { isSoaReply, readSoaReply, type SoaReply } from "./read-soa-reply.ts";
import { exchangeStream } from "./stream-exchange.ts";
import { type WrittenRequest, writeSoaRequest } from "./write-request.ts";

/** What a primary is asked, and how. */
export interface SerialQuestion extends ConversationOptions {
  readonly primary: PrimaryAddress;
  /** Lower case. */
  readonly apex: Uint8Array;
  readonly key: TsigKey | undefined;
  /** Seconds since 1970. */
  readonly wallSeconds: () => number;
  /** A number that nobody can guess, of 16 bits. */
  readonly makeId: () => number;
}

/** A question as it goes out. */
interface Attempt extends SerialQuestion {
  readonly hasEdns: boolean;
}

/**
 * Asks a primary for the serial of a zone: over UDP, and over TCP if that brings nothing; without EDNS if it does not know
 * that. Never rejects.
 */
export async function askSerial(question: SerialQuestion): Promise<SerialAnswer> {
  const answer = await ask({ ...question, hasEdns: true });
  if (answer.kind === "serial" || answer.isFormatError !== true) return answer;
  return ask({ ...question, hasEdns: false });
}

async function ask(question: Attempt): Promise<SerialAnswer> {
  const { limits, signal } = question;
  let problem = "";
  let isSilent = true;
  for (let tries = 0; tries < limits.udpTries && !signal.aborted; tries++) {
    const reply = await askOverUdp(question);
    if (reply.kind === "serial" || (reply.kind === "failed" && reply.isAnswer)) return reply;
    problem = reply.kind === "truncated" ? "" : reply.reason;
    isSilent &&= reply.kind === "failed" && !reply.isFinal;
    if (reply.kind === "truncated" || reply.isFinal) break;
  }
  const reply = await askOverTcp(question);
  if (reply.kind !== "failed" || problem === "") return reply;
  const reason = `${problem} over UDP; over TCP: ${reply.reason}`;
  if (isSilent) return { ...reply, reason };
  return describeFailure(reason, reply.isUntrusted === true);
}

type UdpReply =
  | Exclude<SoaReply, { readonly kind: "failed" }>
  | {
      readonly kind: "failed";
      readonly reason: string;
      /** Whether the primary says so itself. */
      readonly isAnswer: boolean;
      /** Whether asking once more is useless. */
      readonly isFinal: boolean;
      readonly isFormatError?: true;
    };

function askOverUdp(question: Attempt): Promise<UdpReply> {
  const { primary, apex, key, clock, limits, signal } = question;
  const id = question.makeId();
  const request = writeRequest(question, id);
  return new Promise((resolve) => {
    const socket = createSocket(isIPv6(primary.address) ? "udp6" : "udp4");
    let problem: string | undefined;
    let isFinished = false;
    const cancel = clock.schedule(
      // Who answers what cannot be trusted does so again.
      () => fail(problem ?? `no answer within ${limits.udpMs / 1000} s`, problem !== undefined),
      limits.udpMs,
    );

    function finish(reply: UdpReply): void {
      if (isFinished) return;
      isFinished = true;
      cancel();
      signal.removeEventListener("abort", abort);
      socket.close();
      resolve(reply);
    }

    function fail(reason: string, isFinal: boolean): void {
      finish({ kind: "failed", reason, isAnswer: false, isFinal });
    }

    function abort(): void {
      fail("it is not wanted any more", true);
    }

    socket.on("error", (error: NodeJS.ErrnoException) => fail(error.code ?? error.message, true));
    socket.on("message", (octets) => {
      if (!isSoaReply(octets, octets.length, id, apex)) return;
      const verified = verify(octets, request, key, question.wallSeconds());
      if (typeof verified === "string") {
        // Anybody may have sent it: the true answer can still come.
        problem = verified;
        return;
      }
      const reply = readSoaReply(octets, verified, apex);
      finish(reply.kind === "failed" ? { ...reply, isAnswer: true, isFinal: true } : reply);
    });
    // Connected, so that only the primary's own datagrams arrive.
    socket.connect(primary.port, primary.address, () => {
      if (!isFinished) socket.send(request.octets);
    });
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort, { once: true });
  });
}

async function askOverTcp(question: Attempt): Promise<SerialAnswer> {
  const { primary, apex, key, limits } = question;
  const id = question.makeId();
  const request = writeRequest(question, id);
  let reply: SoaReply | undefined;
  let isSilent = true;
  let isUntrusted = false;
  const problem = await exchangeStream(
    primary,
    request.octets,
    (octets) => {
      isSilent = false;
      if (!isSoaReply(octets, octets.length, id, apex)) {
        return { problem: "what came back answers another question" };
      }
      const verified = verify(octets, request, key, question.wallSeconds());
      if (typeof verified === "string") {
        isUntrusted = true;
        return { problem: verified };
      }
      reply = readSoaReply(octets, verified, apex);
      return "done";
    },
    { ...question, limits: { ...limits, idleMs: limits.answerMs } },
  );
  if (isSilent) return { kind: "failed", reason: problem ?? "no answer", isSilent };
  if (problem !== undefined || reply === undefined) {
    return describeFailure(problem ?? "no answer", isUntrusted);
  }
  return reply.kind === "truncated"
    ? { kind: "failed", reason: "the answer is truncated, over TCP" }
    : reply;
}

function describeFailure(reason: string, isUntrusted: boolean): Failure {
  return { kind: "failed", reason, ...(isUntrusted && { isUntrusted }) };
}

function writeRequest({ apex, key, wallSeconds, hasEdns }: Attempt, id: number): WrittenRequest {
  return writeSoaRequest(id, apex, hasEdns, key && { key, time: wallSeconds() });
}

/** The length of a reply without its signature; a string: why it is not to be trusted. */
function verify(
  octets: Uint8Array,
  { mac }: WrittenRequest,
  key: TsigKey | undefined,
  nowSeconds: number,
): number | string {
  if (key === undefined || mac === undefined) return octets.length;
  const verdict = new VerifyingStream(key, mac).verify(octets, octets.length, nowSeconds);
  return verdict.kind === "verified" ? verdict.length : describeVerdict(verdict);
}

/** Why a message of a signed conversation is not trusted, for people. */
export function describeVerdict(verdict: StreamVerdict): string {
  if (verdict.kind !== "refused") return "the answer is not signed";
  const { isReported, error } = verdict;
  if (isReported) return `the primary refuses our signature: ${formatTsigError(error)}`;
  if (error === 0) return "the signature is malformed";
  return `the signature does not hold: ${formatTsigError(error)}`;
}
