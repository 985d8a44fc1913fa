/** What a server does with a query, in a form that can be compared: names in lower case, records as sets. */
import { type ResourceRecord, readMessage } from "../support/message.ts";

export interface Outcome {
  /** Undefined: silence. */
  readonly reply: Uint8Array | undefined;
  /** By name, one string each; those of `ASPECTS`. */
  readonly aspects: Readonly<Record<Aspect, string>>;
  readonly answer: readonly string[];
  readonly authority: readonly string[];
  /** Without the OPT record. */
  readonly additional: readonly string[];
  readonly isTruncated: boolean;
}

/** Compared one by one. The additional section has a rule of its own. */
export const ASPECTS = [
  "reply",
  "rcode",
  "flags",
  "opcode",
  "question",
  "edns",
  "tc",
  "answer",
  "authority",
] as const;
export type Aspect = (typeof ASPECTS)[number];

export function readOutcome(query: Uint8Array, reply: Uint8Array | undefined): Outcome {
  if (reply === undefined) return SILENCE;
  const message = readMessage(reply);
  const question = message.question.length === 0 ? "" : questionOf(reply);
  const isTruncated = message.flags.includes("tc");
  const answer = lines(message.answer);
  const authority = lines(message.authority);
  const edns = message.edns;
  return {
    reply,
    isTruncated,
    answer,
    authority,
    additional: lines(message.additional),
    aspects: {
      reply: "yes",
      rcode: message.rcode,
      flags: message.flags.filter((flag) => flag !== "tc").join(" "),
      opcode: String(message.opcode),
      question: question === questionOf(query) ? "as asked" : question,
      edns: edns === undefined ? "none" : `version ${edns.version}${edns.do ? " do" : ""}`,
      tc: isTruncated ? "yes" : "no",
      // A truncated message holds whatever fits (RFC 2181 §9).
      answer: isTruncated ? "" : answer.join("\n"),
      authority: isTruncated ? "" : authority.join("\n"),
    },
  };
}

const SILENCE: Outcome = {
  reply: undefined,
  isTruncated: false,
  answer: [],
  authority: [],
  additional: [],
  aspects: {
    reply: "silence",
    rcode: "",
    flags: "",
    opcode: "",
    question: "",
    edns: "",
    tc: "",
    answer: "",
    authority: "",
  },
};

/** Sorted, each once. */
function lines(records: readonly ResourceRecord[]): string[] {
  return [...new Set(records.map(format))].sort();
}

function format({ owner, ttl, type, class: rclass, rdata }: ResourceRecord): string {
  const data = isText(type) ? rdata : rdata.toLowerCase();
  return `${owner.toLowerCase()} ${ttl} ${rclass} TYPE${type} ${data}`;
}

/** TXT and CAA, whose case matters. */
function isText(type: number): boolean {
  return type === 16 || type === 257;
}

/** The octets of the question, in hexadecimal. */
function questionOf(message: Uint8Array): string {
  let at = 12;
  while (message[at] !== 0 && at < message.length) at += message[at]! + 1;
  return Buffer.from(message.subarray(12, at + 5)).toString("hex");
}
