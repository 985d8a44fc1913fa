import { expect, test } from "vitest";
import { serveInProcess } from "../support/in-process.ts";
import { readMessage } from "../support/message.ts";
import { clientSubnetOf, concat, option, query } from "../support/packet.ts";
import { Random } from "../support/random.ts";
import { MALFORMED_CASES } from "./malformed-cases.ts";

const PACKETS = 300_000;
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
const TYPES = ["A", "AAAA", "NS", "SOA", "TXT", "CNAME", "ANY", "DS", "OPT", "AXFR"];

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
  ...MALFORMED_CASES.map(({ packet }) => packet),
].filter((packet) => packet.length <= 1500);

const INTERESTING = [0x00, 0x01, 0x3f, 0x40, 0x7f, 0x80, 0xbf, 0xc0, 0xc1, 0xfe, 0xff] as const;

/** Strings of 200 octets: three are too long without EDNS, seven for any datagram. */
function texts(count: number): string {
  return Array.from({ length: count }, (_, i) => String(i).repeat(200))
    .map((text) => JSON.stringify(text))
    .join(", ");
}

test(`respond() survives ${PACKETS} mutated queries, seed ${SEED}`, () => {
  const random = new Random(SEED);
  const server = serveInProcess(ZONES);
  let octetsIn = 0;
  let octetsOut = 0;
  let replies = 0;
  for (let i = 0; i < PACKETS; i++) {
    const packet = mutate(random.pick(SEEDS), random);
    const transport = random.below(4) === 0 ? "tcp" : "udp";
    try {
      const reply = server.ask(packet, transport);
      octetsIn += packet.length;
      if (reply === undefined) {
        if (deservesAnAnswer(packet)) throw new Error("Silence");
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
  expect(replies).toBeGreaterThan(PACKETS / 2);
  // What comes out is not many times what went in: most mutants are errors or short answers.
  expect(octetsOut / octetsIn).toBeLessThan(2);
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
  for (let count = random.below(5); count >= 0; count--) {
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
