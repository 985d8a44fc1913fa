/** A scenario: zones, and what is asked of them step by step. The files in `test/scenarios/` are written in this form. */
import { readFileSync } from "node:fs";
import { expect } from "vitest";
import { parse } from "yaml";
import {
  assertSecondOpinion,
  type Message,
  type ResourceRecord,
  readMessage,
  scopeOf,
} from "./message.ts";
import {
  query as buildQuery,
  fromHex,
  option,
  type QueryFields,
  TYPES,
  typeNumber,
} from "./packet.ts";

export interface Scenario {
  readonly title: string;
  /** Zone files by name. */
  readonly zones: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
}

export type Step =
  | QueryStep
  | { readonly mark: Verdicts }
  | { readonly reload: Record<string, string> };

/** Which addresses' checks say down; all others are up. */
export type Verdicts = Readonly<Record<string, "up" | "down">>;

export interface QueryStep {
  readonly it: string;
  readonly query: Omit<QueryFields, "edns"> & {
    readonly edns?: QueryFields["edns"] & { readonly rawEcs?: string };
  };
  /** How often it is asked; every answer must fulfil the expectation. */
  readonly times?: number;
  readonly expect: Expectation;
}

export interface Expectation {
  readonly rcode?: string;
  /** Without QR, which every response has. */
  readonly flags?: readonly string[];
  /** Records as `owner ttl TYPE rdata`, in any order. */
  readonly answer?: readonly string[];
  readonly authority?: readonly string[];
  readonly additional?: readonly string[];
  /** Whatever the additional section holds is fine: it may help, and need not. */
  readonly anyAdditional?: boolean;
  /** The number of answers, instead of naming them. */
  readonly count?: number;
  /** How often each address is first over all `times`, give or take one. */
  readonly leads?: Readonly<Record<string, number>>;
  /** No give or take. */
  readonly exactly?: boolean;
  /** How many different sets of records there are over all `times`. */
  readonly sets?: number;
  readonly ignoreCase?: boolean;
  readonly question?: "ignored";
  readonly edns?:
    | "none"
    | "ignored"
    | { readonly size?: number; readonly do?: boolean; readonly version?: number };
  readonly scope?: number | "none" | "ignored";
  /** What differs over TCP, where nothing is truncated. */
  readonly ofStream?: Expectation;
}

export type Transport = "udp" | "tcp";
export type Ask = (packet: Uint8Array) => Promise<Uint8Array | undefined> | Uint8Array | undefined;

export function readScenario(file: string): Scenario {
  return parse(readFileSync(file, "utf8"), { maxAliasCount: -1 }) as Scenario;
}

/** Asks as the step says and checks every answer. */
export async function runQueryStep(step: QueryStep, transport: Transport, ask: Ask): Promise<void> {
  const expected =
    transport === "tcp" ? { ...withoutAnswer(step.expect), ...step.expect.ofStream } : step.expect;
  const leads = new Map<string, number>();
  const sets = new Set<string>();
  for (let turn = 0; turn < (step.times ?? 1); turn++) {
    const packet = writeQuery(step.query);
    const reply = await ask(packet);
    if (reply === undefined) expect.fail(`${step.it}: no answer`);
    const message = readMessage(reply);
    assertSecondOpinion(reply, message);
    checkResponse(packet, reply, message, step, expected, transport);
    const lead = message.answer.at(-1) && message.answer[0]!.rdata;
    if (lead !== undefined) leads.set(lead, (leads.get(lead) ?? 0) + 1);
    sets.add(
      message.answer
        .map(({ rdata }) => rdata)
        .sort()
        .join(),
    );
  }
  if (expected.leads !== undefined) checkLeads(leads, expected.leads, expected.exactly === true);
  if (expected.sets !== undefined) expect(sets.size).toBe(expected.sets);
}

function writeQuery(fields: QueryStep["query"]): Uint8Array {
  const { edns } = fields;
  const options = edns?.rawEcs === undefined ? [] : [option(8, fromHex(edns.rawEcs))];
  return buildQuery({
    ...fields,
    id: Math.floor(Math.random() * 65_536),
    ...(edns && { edns: { ...edns, options } }),
  } as QueryFields);
}

function checkResponse(
  packet: Uint8Array,
  reply: Uint8Array,
  message: Message,
  step: QueryStep,
  expected: Expectation,
  transport: Transport,
): void {
  const text = (records: readonly ResourceRecord[]): string[] =>
    records.map((record) => comparable(format(record), expected.ignoreCase)).sort();
  const lines = (list: readonly string[] = []): string[] =>
    list.map((line) => comparable(line, expected.ignoreCase)).sort();
  const seen = {
    id: message.id,
    rcode: message.rcode,
    flags: message.flags.filter((flag) => flag !== "qr"),
    answer: expected.count === undefined ? text(message.answer) : message.answer.length,
    authority: text(message.authority),
    additional: expected.anyAdditional ? [] : text(message.additional),
  };
  expect(seen).toEqual({
    id: (packet[0]! << 8) | packet[1]!,
    rcode: expected.rcode ?? "NOERROR",
    flags: [...(expected.flags ?? [])].sort(byHeaderOrder),
    answer: expected.count ?? lines(expected.answer),
    authority: lines(expected.authority),
    additional: lines(expected.additional),
  });
  expect(message.flags).toContain("qr");
  expect(message.opcode).toBe(step.query.opcode ?? 0);
  if (expected.question !== "ignored" && expected.rcode !== "FORMERR") {
    const end = 12 + questionLength(packet);
    expect(Buffer.from(reply.subarray(12, end))).toEqual(Buffer.from(packet.subarray(12, end)));
  }
  checkEdns(message, step, expected);
  if (transport === "udp") {
    const size = step.query.edns === undefined ? 512 : Math.max(512, step.query.edns.size ?? 1232);
    expect(reply.length).toBeLessThanOrEqual(Math.min(size, 1232));
  }
}

function checkEdns(message: Message, step: QueryStep, expected: Expectation): void {
  const scope = scopeOf(message);
  if (expected.scope !== "ignored") {
    expect(scope).toBe(expected.scope === "none" ? undefined : expected.scope);
  }
  if (expected.edns === "ignored") return;
  if (expected.edns === "none" || step.query.edns === undefined) {
    expect(message.edns).toBeUndefined();
  } else {
    expect(message.edns).toMatchObject({ version: 0, ...expected.edns });
  }
}

function checkLeads(
  seen: ReadonlyMap<string, number>,
  expected: Readonly<Record<string, number>>,
  exactly: boolean,
): void {
  expect([...seen.keys()].sort()).toEqual(Object.keys(expected).sort());
  for (const [value, count] of Object.entries(expected)) {
    const off = Math.abs((seen.get(value) ?? 0) - count);
    if (off > (exactly ? 0 : 1)) {
      expect.fail(`${value} led ${seen.get(value)} times, not ${count}`);
    }
  }
}

/** What a stream step expects instead must not be mixed with what was truncated. */
function withoutAnswer(expected: Expectation): Expectation {
  if (expected.ofStream === undefined) return expected;
  const { answer: _, ...rest } = expected;
  return rest;
}

const TYPE_NAMES = new Map(Object.entries(TYPES).map(([name, number]) => [number, name]));

function format({ owner, ttl, type, rdata }: ResourceRecord): string {
  return `${owner} ${ttl} ${TYPE_NAMES.get(type) ?? `TYPE${type}`} ${rdata}`;
}

/** Names in rdata may come back in the question's case: they are compressed against it. */
function comparable(line: string, ignoreCase: boolean | undefined): string {
  const [owner = "", ttl = "", type = "", ...rest] = line.split(" ");
  const isText = typeNumber(type) === TYPES.TXT || typeNumber(type) === TYPES.CAA;
  const rdata = isText ? rest.join(" ") : rest.join(" ").toLowerCase();
  return `${ignoreCase ? owner.toLowerCase() : owner} ${ttl} ${type} ${rdata}`;
}

const HEADER_ORDER = ["qr", "aa", "tc", "rd", "ra", "z", "ad", "cd"];

function byHeaderOrder(a: string, b: string): number {
  return HEADER_ORDER.indexOf(a) - HEADER_ORDER.indexOf(b);
}

function questionLength(packet: Uint8Array): number {
  let at = 12;
  while (packet[at] !== 0) at += packet[at]! + 1;
  return at + 5 - 12;
}
