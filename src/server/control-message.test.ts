import { expect, it } from "vitest";
import { concat, header, query, question } from "../../test/support/packet.ts";
import { parsePrefix } from "../address/parse.ts";
import { createContext } from "../answer/context.ts";
import { isControlDatagram, isControlMessage, isSingleControlMessage } from "./control-message.ts";

const operators = [parsePrefix("127.0.0.0/8")!];
const context = createContext(new Uint32Array(32), { operators } as never);
context.source.set([127, 0, 0, 1]);

const NOTIFY = query({ name: "example.com", type: "SOA", opcode: 4 });
const AXFR = query({ name: "example.com", type: "AXFR" });
const IXFR = concat(
  header({ qd: 1, ns: 1 }),
  question("example.com", 251),
  Uint8Array.of(0, 0, 6, 0, 1, 0, 0, 0, 0, 0, 0),
);
const EXPLAIN = query({ name: "explain.www.example.com", type: "TXT", class: "CH" });

it.each([
  ["NOTIFY", NOTIFY, true, true, false],
  ["AXFR", AXFR, false, true, false],
  ["IXFR", IXFR, true, true, false],
  ["explain", EXPLAIN, false, true, true],
  ["A", query({ name: "www.example.com" }), false, false, false],
  ["TXT in IN", query({ name: "explain.example.com", type: "TXT" }), false, false, false],
  ["version.bind", query({ name: "version.bind", type: "TXT", class: "CH" }), false, false, false],
  ["AXFR in CH", query({ name: "example.com", type: "AXFR", class: "CH" }), false, false, false],
  ["a response", query({ name: "a", type: "AXFR", flags: ["qr"] }), false, false, false],
  ["a response to NOTIFY", query({ name: "a", opcode: 4, flags: ["qr"] }), false, false, false],
  ["UPDATE", query({ name: "a", type: "AXFR", opcode: 5 }), false, false, false],
  ["two questions", concat(header({ qd: 2 }), question("a", 252)), false, false, false],
  ["a name that ends nowhere", concat(header({ qd: 1 }), Uint8Array.of(3, 1)), false, false, false],
  [
    "a pointer",
    concat(header({ qd: 1 }), Uint8Array.of(0xc0, 12, 0, 252, 0, 1)),
    false,
    false,
    false,
  ],
  ["a header cut off", NOTIFY.subarray(0, 11), false, false, false],
])("%s", (_, octets, datagram, message, single) => {
  // Octets of the message before must not count.
  const room = new Uint8Array(600).fill(0xff);
  room.set(AXFR);
  room.set(octets);
  expect([
    isControlDatagram(room, octets.length),
    isControlMessage(room, octets.length, context),
    isSingleControlMessage(room, octets.length, context),
  ]).toEqual([datagram, message, single]);
});

it("isControlMessage() leaves the questions of others than operators to the image", () => {
  const stranger = createContext(new Uint32Array(32), { operators } as never);
  stranger.source.set([192, 0, 2, 1]);
  expect(isControlMessage(EXPLAIN, EXPLAIN.length, stranger)).toBe(false);
});
