import fc from "fast-check";
import { beforeEach, expect, test } from "vitest";
import { readMessage } from "../../test/support/message.ts";
import { query } from "../../test/support/packet.ts";
import {
  address,
  soa,
  type TransferMessage,
  writeMessage,
} from "../../test/support/zone-transfer.ts";
import { parseAddress } from "../address/parse.ts";
import { silentLog } from "../log/log.ts";
import { TSIG_ALGORITHMS } from "../tsig/algorithms.ts";
import { createKeyring, findKeyByText, type TsigKey } from "../tsig/keyring.ts";
import { signatureOctets, signMessage } from "../tsig/sign.ts";
import { findSignature, readSignature } from "../tsig/signature.ts";
import { VerifyingStream } from "../tsig/verifying-stream.ts";
import { createNotifyDesk, type NotifiedZone } from "./notify-desk.ts";

const ZONE = "example.net.";
const PRIMARY = "192.0.2.1";
const STRANGER = "203.0.113.9";
const NOW = 1_700_000_000;
const NOTIFY = 0x2400;
const NOTAUTH = 9;
const NOTIMP = 4;
const REFUSED = 5;
const FORMERR = 1;

function makeKey(name: string, fill: number): TsigKey {
  const written = { name, algorithm: TSIG_ALGORITHMS[0]!, secret: new Uint8Array(32).fill(fill) };
  return findKeyByText(createKeyring([written]), name)!;
}

const keyring = createKeyring([
  { name: "ours", algorithm: TSIG_ALGORITHMS[0]!, secret: new Uint8Array(32).fill(1) },
  { name: "other", algorithm: TSIG_ALGORITHMS[0]!, secret: new Uint8Array(32).fill(2) },
]);

let told: string[];
let lines: string[];
let outcome: "news" | "known" | "older";
const zone: NotifiedZone = {
  source: { primaries: [{ address: PRIMARY, port: 5353 }], key: "ours." },
  notify: (serial, from) => {
    told.push(`${serial} from ${from}`);
    return outcome;
  },
};

beforeEach(() => {
  told = [];
  lines = [];
  outcome = "news";
});

const desk = createNotifyDesk({
  find: (name) => (name === ZONE ? zone : undefined),
  keyring,
  wallSeconds: () => NOW,
  log: { ...silentLog, info: (_, message) => void lines.push(message) },
});

function send(octets: Uint8Array, from: string): Uint8Array | undefined {
  const replies = desk({ octets, source: parseAddress(from)! });
  return replies === undefined ? undefined : [...replies][0];
}

function notify(message: Partial<TransferMessage> = {}): Uint8Array {
  const question = { name: ZONE, type: "SOA" };
  return writeMessage({ id: 77, flags: NOTIFY, question, answers: [], ...message });
}

function sign(
  octets: Uint8Array,
  key: TsigKey,
  time = NOW,
): { octets: Uint8Array; mac: Uint8Array } {
  const signed = new Uint8Array(octets.length + signatureOctets(key));
  signed.set(octets);
  const { length, mac } = signMessage(signed, octets.length, key, { time });
  return { octets: signed.subarray(0, length), mac };
}

/** ID, opcode with QR and AA, RCODE. */
function head(reply: Uint8Array | undefined): readonly number[] {
  if (reply === undefined) return [];
  return [reply[0]! * 256 + reply[1]!, reply[2]!, reply[3]! & 0x0f];
}

const ACCEPTED = [77, 0xa4, 0];

test("a NOTIFY from a primary is answered with AA and its question, and passed on", () => {
  const octets = notify({ answers: [soa(ZONE, 42)] });
  const reply = send(octets, PRIMARY);
  expect(head(reply)).toEqual(ACCEPTED);
  expect([...reply!.subarray(4, 12)]).toEqual([0, 1, 0, 0, 0, 0, 0, 0]);
  expect(Uint8Array.from(reply!.subarray(12))).toEqual(notify().subarray(12));
  expect(told).toEqual([`42 from ${PRIMARY}`]);
});

test("a NOTIFY of a serial below ours is logged as such, and accepted", () => {
  for (const one of ["older", "known", "news"] as const) {
    outcome = one;
    expect(head(send(notify({ answers: [soa(ZONE, 42)] }), PRIMARY))).toEqual(ACCEPTED);
  }
  expect(lines).toEqual([
    expect.stringContaining("does not come after ours"),
    "NOTIFY of what we have",
    "NOTIFY: the zone is refreshed",
  ]);
});

test("the name of the zone may be in any case, and need not come with an SOA", () => {
  send(notify({ question: { name: "Example.NET.", type: "SOA" } }), PRIMARY);
  send(notify({ answers: [address(ZONE, "192.0.2.7")] }), PRIMARY);
  send(notify({ answers: [soa("example.org.", 42)] }), PRIMARY);
  expect(told).toEqual(Array(3).fill(`undefined from ${PRIMARY}`));
});

test("a stranger is refused, and one who asks for what is no secondary zone told so", () => {
  expect(head(send(notify(), STRANGER))).toEqual([77, 0xa0, REFUSED]);
  const other = notify({ question: { name: "example.org.", type: "SOA" } });
  expect(head(send(other, PRIMARY))).toEqual([77, 0xa0, NOTAUTH]);
  expect(told).toEqual([]);
});

test("who has the zone's key may send from anywhere, and gets a signed answer", () => {
  const { octets, mac } = sign(notify(), findKeyByText(keyring, "ours")!);
  const reply = send(octets, STRANGER)!;
  expect(head(reply)).toEqual(ACCEPTED);
  const verifying = new VerifyingStream(findKeyByText(keyring, "ours")!, mac);
  expect(verifying.verify(reply, reply.length, NOW).kind).toBe("verified");
  expect(told).toEqual([`undefined from ${STRANGER}`]);
});

test("another key of ours is no key of the zone", () => {
  const { octets, mac } = sign(notify(), findKeyByText(keyring, "other")!);
  const reply = send(octets, STRANGER)!;
  expect(head(reply)).toEqual([77, 0xa0, REFUSED]);
  const verifying = new VerifyingStream(findKeyByText(keyring, "other")!, mac);
  expect(verifying.verify(reply, reply.length, NOW).kind).toBe("verified");
  expect(told).toEqual([]);
});

test.for([
  ["a key that nobody knows", makeKey("unknown", 1), NOW, 17],
  ["another secret", makeKey("ours", 9), NOW, 16],
  ["another time", makeKey("ours", 1), NOW - 301, 18],
] as const)(
  "a signature of %s is answered NOTAUTH, from a primary, too",
  ([, key, time, error]) => {
    const reply = send(sign(notify(), key, time).octets, PRIMARY)!;
    expect(head(reply)).toEqual([77, 0xa0, NOTAUTH]);
    const signature = readSignature(reply, reply.length, findSignature(reply, reply.length));
    expect(signature?.error).toBe(error);
    expect(told).toEqual([]);
  },
);

test("what is no NOTIFY is left to others, and a response gets none", () => {
  expect(desk({ octets: query({ name: ZONE }), source: parseAddress(PRIMARY)! })).toBeUndefined();
  expect(send(notify({ flags: NOTIFY | 0x8000 }), PRIMARY)).toBeUndefined();
  expect(told).toEqual([]);
});

test("a NOTIFY that asks for something else than an SOA, or nothing, is FORMERR", () => {
  expect(head(send(notify({ question: { name: ZONE, type: "A" } }), PRIMARY))).toEqual([
    77,
    0xa0,
    FORMERR,
  ]);
  expect(head(send(notify({ question: undefined }), PRIMARY))[2]).toBe(FORMERR);
});

test("a NOTIFY of another class than IN is refused, of CH not implemented", () => {
  const octets = query({ name: ZONE, type: "SOA", class: "HS", opcode: 4 });
  expect(head(send(octets, PRIMARY))).toEqual([0x1234, 0xa0, REFUSED]);
  const chaos = query({ name: ZONE, type: "SOA", class: "CH", opcode: 4 });
  expect(head(send(chaos, PRIMARY))).toEqual([0x1234, 0xa0, NOTIMP]);
  expect(told).toEqual([]);
});

test("a NOTIFY with an unknown version of EDNS is not acted upon", () => {
  const octets = query({ name: ZONE, type: "SOA", opcode: 4, edns: { version: 1 } });
  expect(readMessage(send(octets, PRIMARY)!)).toMatchObject({ rcode: "BADVERS", flags: ["qr"] });
  expect(told).toEqual([]);
});

test("whatever octets come, the answer is one message or none", () => {
  const { octets } = sign(notify({ answers: [soa(ZONE, 42)] }), findKeyByText(keyring, "ours")!);
  fc.assert(
    fc.property(
      fc.nat(octets.length),
      fc.nat(octets.length - 1),
      fc.nat(255),
      (size, at, octet) => {
        const changed = octets.slice(0, size);
        if (at < size) changed[at] = octet;
        const replies = desk({ octets: changed, source: parseAddress(STRANGER)! });
        expect([...(replies ?? [])].length).toBeLessThanOrEqual(1);
      },
    ),
    { numRuns: 2000 },
  );
});
