import { expect, test } from "vitest";
import { parsePrefix } from "../../src/address/parse.ts";
import { type AnswerSettings, DEFAULT_ANSWER_SETTINGS } from "../../src/answer/answer-settings.ts";
import { CookieJar } from "../../src/answer/cookie-jar.ts";
import { createCookieSecrets } from "../../src/answer/cookie-secrets.ts";
import { RATE_TABLE_OCTETS } from "../../src/answer/rate-limiter.ts";
import { isControlDatagram, isControlMessage } from "../../src/server/control-message.ts";
import { findAlgorithm } from "../../src/tsig/algorithms.ts";
import { createKeyring, findKeyByText } from "../../src/tsig/keyring.ts";
import { signatureOctets, signMessage } from "../../src/tsig/sign.ts";
import { serveInProcess } from "../support/in-process.ts";
import { readMessage } from "../support/message.ts";
import { clientSubnetOf, concat, header, opt, option, query } from "../support/packet.ts";
import { Random } from "../support/random.ts";
import { MALFORMED_CASES } from "./malformed-cases.ts";

/** `npm run fuzz -- --packets 300000` tries more. */
const PACKETS = Number(process.env.FUZZ_PACKETS ?? 150_000);
const SEED = Number(process.env.FUZZ_SEED ?? 20_240_229);

const ZONES = {
  "example.com.yaml": `
zone: example.com.
pools:
  eu: { values: [{ value: 192.0.2.1 }, { value: 192.0.2.2, weight: 2 }, { value: "2001:db8::1" }] }
  na: { values: [{ value: 192.0.2.3 }] }
records:
  "": { type: NS, values: [ns1.example.com., ns.sub.example.com.] }
  ns1: { type: A, value: 192.0.2.53 }
  www:
    type: [A, AAAA]
    ttl: 60
    dynamic: { rules: [{ subnets: [198.51.100.0/24], pool: eu }, { pool: na }] }
  rr: { type: A, values: [192.0.2.1, 192.0.2.2, 192.0.2.3] }
  alias: { type: CNAME, value: www.example.com. }
  "*.wild": { type: CNAME, value: alias.example.com. }
  sub: { type: NS, values: [ns.sub.example.com.] }
  ns.sub: { type: [A, AAAA], values: [192.0.2.60, "2001:db8::60"] }
  a.b.c: { type: A, value: 192.0.2.9 }
  mid: { type: TXT, values: [${texts(3)}] }
  big: { type: TXT, values: [${texts(7)}] }
`,
};

const NAMES = [
  "www",
  "WwW",
  "rr",
  "alias",
  "x.wild",
  "host.sub",
  "sub",
  "a.b.c",
  "b.c",
  "mid",
  "big",
  "nope",
  "*",
  "",
];
/** What else is answered beside the records of the zone. */
const KEYRING = createKeyring([
  {
    name: "key.example",
    algorithm: findAlgorithm("hmac-sha256")!,
    secret: Buffer.from("0123456789abcdef0123456789abcdef"),
  },
]);
const IDENTITY = {
  nsid: Uint8Array.from(Buffer.from("n".repeat(128))),
  version: Uint8Array.from(Buffer.from("v".repeat(255))),
  id: Uint8Array.from(Buffer.from("ns1")),
};
const COOKIES = {
  secrets: createCookieSecrets([new Uint8Array(16).fill(1)]),
  isRequired: false,
  limitWithout: 1232,
};
const RATE_LIMIT = {
  rates: [5, 5, 5, 5, 5],
  windowSeconds: 15,
  slip: 2,
  prefix4: 24,
  prefix6: 56,
  exempt: [],
  isLogOnly: false,
  key: [1, 2] as const,
  table: new SharedArrayBuffer(RATE_TABLE_OCTETS),
};
const PREFIX_OF_ALL = parsePrefix("0.0.0.0/0")!;

/** Everything on, and in the most demanding way. */
const STRICT: AnswerSettings = {
  ...DEFAULT_ANSWER_SETTINGS,
  operators: [PREFIX_OF_ALL],
  keyring: KEYRING,
  identity: IDENTITY,
  cookies: { ...COOKIES, isRequired: true, limitWithout: 128 },
  rateLimit: RATE_LIMIT,
};
const LENIENT: AnswerSettings = {
  ...DEFAULT_ANSWER_SETTINGS,
  keyring: KEYRING,
  identity: IDENTITY,
  cookies: COOKIES,
};

const TYPES = ["A", "AAAA", "NS", "SOA", "TXT", "CNAME", "ANY", "DS", "OPT", "AXFR"];

const WALL_SECONDS = Date.UTC(2024, 1, 29) / 1000;
const CLIENT_COOKIE = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);

/** A cookie option as the server gives it to 127.0.0.1. */
function makeCookie(): Uint8Array {
  const jar = new CookieJar(COOKIES, () => WALL_SECONDS * 1000);
  jar.check(CLIENT_COOKIE, 0, 8, Uint8Array.of(127, 0, 0, 1), 4, 0);
  return option(10, concat(CLIENT_COOKIE, jar.serverCookie));
}

function sign(packet: Uint8Array): Uint8Array {
  const key = findKeyByText(KEYRING, "key.example")!;
  const room = concat(packet, new Uint8Array(signatureOctets(key)));
  return room.slice(0, signMessage(room, packet.length, key, { time: WALL_SECONDS }).length);
}

const EMPTY = new Uint8Array(0);
/** NSID, cookie, keepalive, padding, expire, an empty client subnet and one that nobody knows. */
const ALL_OPTIONS = [
  option(3, EMPTY),
  makeCookie(),
  option(11, EMPTY),
  option(12, new Uint8Array(30)),
  option(9, EMPTY),
  clientSubnetOf("0.0.0.0/0"),
  option(65001, new Uint8Array(3)),
];
const EVERYTHING = NAMES.map((label) => ({
  name: `${label}.example.com`.replace(/^\./, ""),
  edns: { size: 1232, do: true, options: ALL_OPTIONS },
}));

/** Queries that need more than a zone to be answered. */
const OTHER_SEEDS: readonly Uint8Array[] = [
  ...["version.bind", "id.server", "explain.www.example.com"].flatMap((name) => [
    query({ name, type: "TXT", class: "CH" }),
    query({ name, type: "ANY", class: "CH", edns: { options: ALL_OPTIONS } }),
  ]),
  ...[option(10, CLIENT_COOKIE), makeCookie()].map((cookie) =>
    concat(header({ ar: 1 }), opt({ options: [cookie] })),
  ),
  ...EVERYTHING.flatMap((fields) => [
    query(fields),
    sign(query(fields)),
    sign(query({ name: fields.name })),
  ]),
  ...[1, 2, 4, 5].map((opcode) => query({ ...EVERYTHING[0]!, opcode })),
];

/** Well-formed queries of every kind, and every malformed one we know: what is mutated. */
const SEEDS: readonly Uint8Array[] = [
  ...NAMES.flatMap((label) => {
    const name = label === "" ? "example.com" : `${label}.example.com`;
    return TYPES.flatMap((type) => [
      query({ name, type }),
      query({ name, type, edns: { size: 4096, do: true, ecs: "198.51.100.0/24" } }),
      query({
        name,
        type,
        edns: {
          options: [
            option(10, new Uint8Array(8)),
            option(12, new Uint8Array(9)),
            clientSubnetOf("2001:db8::/56"),
          ],
        },
      }),
    ]);
  }),
  // As often as all the others, which are many.
  ...new Array<readonly Uint8Array[]>(8).fill(OTHER_SEEDS).flat(),
  ...MALFORMED_CASES.map(({ packet }) => packet),
].filter((packet) => packet.length <= 1500);

const INTERESTING = [0x00, 0x01, 0x3f, 0x40, 0x7f, 0x80, 0xbf, 0xc0, 0xc1, 0xfe, 0xff] as const;

/** Strings of 200 octets: three are too long without EDNS, seven for any datagram. */
function texts(count: number): string {
  return Array.from({ length: count }, (_, i) => String(i).repeat(200))
    .map((text) => JSON.stringify(text))
    .join(", ");
}

test.each([
  ["everything on", LENIENT],
  ["everything demanded and limited", STRICT],
])(`respond() survives ${PACKETS} mutated queries with %s, seed ${SEED}`, (_, settings) => {
  const random = new Random(SEED);
  const server = serveInProcess(ZONES, undefined, settings);
  const isLimited = settings.rateLimit !== undefined;
  let octetsIn = 0;
  let octetsOut = 0;
  let replies = 0;
  for (let i = 0; i < PACKETS; i++) {
    const packet = mutate(random.pick(SEEDS), random);
    const transport = random.below(4) === 0 ? "tcp" : "udp";
    server.time.now += 5;
    server.context.encrypted = transport === "tcp" && random.below(2) === 0;
    server.context.keepalive = transport === "tcp" ? 100 : 0;
    server.context.family = random.below(4) === 0 ? 6 : 4;
    try {
      const reply = server.ask(packet, transport);
      octetsIn += packet.length;
      // What the transports ask of every message, to know whom it is for.
      isControlDatagram(packet, packet.length);
      isControlMessage(packet, packet.length, server.context);
      if (reply === undefined) {
        const mayBeSilent = isLimited && transport === "udp";
        if (deservesAnAnswer(packet) && !mayBeSilent) throw new Error("Silence");
        continue;
      }
      replies++;
      if (transport === "udp") octetsOut += reply.length;
      check(packet, reply, transport);
    } catch (error) {
      const hex = Buffer.from(packet).toString("hex");
      expect.fail(`Packet ${i} over ${transport}, ${hex}: ${(error as Error).stack}`);
    }
  }
  expect(replies).toBeGreaterThan(PACKETS / 4);
  // What comes out is not many times what went in: most mutants are errors or short answers.
  expect(octetsOut / octetsIn).toBeLessThan(isLimited ? 1 : 2);
});

/** A query, not a response, with a whole header: somebody may be waiting for what we say. */
function deservesAnAnswer(packet: Uint8Array): boolean {
  return packet.length >= 12 && (packet[2]! & 0x80) === 0;
}

function check(packet: Uint8Array, reply: Uint8Array, transport: "udp" | "tcp"): void {
  if (!deservesAnAnswer(packet)) throw new Error("An answer to what is no query");
  const message = readMessage(reply);
  if (!message.flags.includes("qr")) throw new Error("The answer is no response");
  if (message.id !== ((packet[0]! << 8) | packet[1]!)) throw new Error("Another ID");
  if (message.rcode === "SERVFAIL") throw new Error("SERVFAIL");
  const hasEdns = message.edns !== undefined;
  if (transport === "udp" && reply.length > (hasEdns ? 1232 : 512)) {
    throw new Error(`${reply.length} octets over UDP, ${hasEdns ? "with" : "without"} EDNS`);
  }
  if (message.flags.includes("tc") && message.answer.length > 0) {
    throw new Error("Truncated, and yet there are answers");
  }
}

function mutate(seed: Uint8Array, random: Random): Uint8Array {
  let packet: Uint8Array = Uint8Array.from(seed);
  for (let count = random.below(6); count > 0; count--) {
    if (packet.length === 0) return packet;
    const at = random.below(packet.length);
    switch (random.below(8)) {
      case 0:
        packet[at]! ^= 1 << random.below(8);
        break;
      case 1:
        packet[at] = random.below(256);
        break;
      case 2:
        packet[at] = random.pick(INTERESTING);
        break;
      case 3:
        packet = packet.slice(0, at);
        break;
      case 4:
        packet = concat(packet, packet.subarray(at));
        break;
      case 5:
        packet = concat(
          packet.subarray(0, at),
          Uint8Array.of(random.below(256)),
          packet.subarray(at),
        );
        break;
      case 6:
        packet = concat(
          packet.subarray(0, at),
          packet.subarray(Math.min(packet.length, at + 1 + random.below(8))),
        );
        break;
      default:
        // The counts of the header, where most parsers have believed too much.
        if (packet.length >= 12) packet[4 + random.below(8)] = random.below(4);
    }
    if (packet.length > 4096) packet = packet.slice(0, 4096);
  }
  return packet;
}
