import { expect, it } from "vitest";
import { parseAddress } from "../address/parse.ts";
import type { ControlRequest } from "./control-desk.ts";
import { ControlLink, type ControlTaker } from "./control-link.ts";
import type { ToControlDesk } from "./control-protocol.ts";

const request: ControlRequest = {
  octets: new Uint8Array(12),
  source: parseAddress("192.0.2.1")!,
  transport: "udp",
};
const deaf: ControlTaker = { take() {}, end() {} };

function setUp(): { link: ControlLink; said: ToControlDesk[] } {
  const said: ToControlDesk[] = [];
  return { link: new ControlLink((message) => said.push(message)), said };
}

it("begin() has 64 exchanges under way at most; what ends makes room", () => {
  const { link, said } = setUp();
  const ids = Array.from({ length: 70 }, () => link.begin(request, deaf, 1000));
  expect(ids.filter((id) => id !== undefined)).toHaveLength(64);
  expect(link.open).toBe(64);
  expect(said.filter(({ type }) => type === "open")).toHaveLength(64);
  link.hear({ type: "end", id: ids[3]!, isWhole: true });
  link.abandon(ids[4]!);
  expect(link.open).toBe(62);
  expect(link.begin(request, deaf, 1000)).toBeDefined();
});

it("begin() has 16 of one source with connections at most, so that others get through", () => {
  const { link } = setUp();
  const begin = (source: string, transport: ControlRequest["transport"]): number | undefined =>
    link.begin({ ...request, source: parseAddress(source)!, transport }, deaf, 1000);
  const first = Array.from({ length: 20 }, (_, i) => begin("192.0.2.1", i % 2 ? "tcp" : "tls"));
  expect(first.map((id) => id !== undefined)).toEqual(first.map((_, i) => i < 16));
  expect(begin("192.0.2.2", "tcp")).toBeDefined();
  const six = Array.from({ length: 20 }, (_, i) => begin(`2001:db8::${i}`, "https"));
  expect(six.filter((id) => id !== undefined)).toHaveLength(16);
  link.abandon(first[0]!);
  link.abandon(first[0]!);
  link.hear({ type: "end", id: first[1]!, isWhole: true });
  const again = Array.from({ length: 3 }, () => begin("192.0.2.1", "tcp"));
  expect(again.map((id) => id !== undefined)).toEqual([true, true, false]);
  expect(begin("192.0.2.1", "udp")).toBeDefined();
});

it("begin() begins 500 exchanges a second and no more, however fast they end", () => {
  const { link } = setUp();
  let begun = 0;
  for (let ms = 0; ms < 2000; ms++) {
    for (let i = 0; i < 5; i++) {
      const id = link.begin(request, deaf, 10_000 + ms);
      if (id === undefined) continue;
      begun += 1;
      link.hear({ type: "end", id, isWhole: true });
    }
  }
  expect(begun).toBeGreaterThan(1000);
  expect(begun).toBeLessThan(1110);
});

it("hear() gives messages to whom they are for, and none to who has abandoned", () => {
  const { link, said } = setUp();
  const taken: string[] = [];
  const taker = (name: string): ControlTaker => ({
    take: (octets) => taken.push(`${name} ${octets[0]}`),
    end: (isWhole) => taken.push(`${name} ${isWhole ? "whole" : "broken"}`),
  });
  const [a, b] = [link.begin(request, taker("a"), 0)!, link.begin(request, taker("b"), 0)!];
  link.next(b);
  link.hear({ type: "message", id: b, octets: Uint8Array.of(5) });
  link.abandon(a);
  link.abandon(a);
  link.next(a);
  link.hear({ type: "message", id: a, octets: Uint8Array.of(6) });
  link.hear({ type: "end", id: b, isWhole: false });
  expect(taken).toEqual(["b 5", "b broken"]);
  expect(said.slice(2)).toEqual([
    { type: "next", id: b },
    { type: "abandon", id: a },
  ]);
});
