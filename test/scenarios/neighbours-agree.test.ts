/**
 * Names of a zone that differ by little are decided together. What each of them answers is nevertheless what it answers
 * alone in its zone, whatever the settings and whatever happens: who leads, and for how long it may be kept, included.
 */
import * as fc from "fast-check";
import { expect, it } from "vitest";
import type { AnswerSet } from "../../src/image/answer-sets.ts";
import { loadZone } from "../../src/zone/load-zone.ts";
import { type InProcess, serveInProcess } from "../support/in-process.ts";
import { query } from "../support/packet.ts";
import { happenings, zoneText } from "../support/random-zone.ts";

const NAMES = 5;

/** Few ways each, so that some names are alike in all, and others in all but one. */
const settings = fc.record({
  type: fc.constantFrom("A", "A", "AAAA"),
  ttl: fc.constantFrom(30, 30, 31, 6, 2),
  net: fc.constantFrom("20.0.0.0/9", "20.1.0.0/16", "30.0.0.0/8"),
  first: fc.constantFrom("p0", "[p0, p1]", "[p1, p2]"),
  rest: fc.constantFrom("p0", "p3", "[p2, p0]"),
  more: fc.constantFrom("", "", "answers: 1,", "answers: 2,"),
  allDown: fc.constantFrom(
    "",
    "",
    "all_down: last,",
    "all_down: closed,",
    "all_down: { values: [192.0.2.7] },",
    "all_down: { values: [192.0.2.8], ttl: 4 },",
  ),
  policy: fc.constantFrom("", "", "policy: nearest,"),
});
type Settings = typeof settings extends fc.Arbitrary<infer T> ? T : never;

it("a name answers what it answers without its neighbours", () =>
  fc.assert(
    fc.property(
      zoneText,
      fc.array(settings, { minLength: NAMES, maxLength: NAMES }),
      fc.array(settings, { minLength: NAMES, maxLength: NAMES }),
      happenings,
      fc.nat(5),
      (text, names, others, list, reloadAt) => {
        const lines = names.map(writeName);
        const together = serve(text + lines.join(""));
        let alone = new Map(lines.map((line, n) => [n, serve(text + line)]));
        for (const [i, { down, overrides, after, failback }] of list.entries()) {
          if (i === reloadAt) {
            // Some names stay, among neighbours that they did not have.
            const next = names.map((name, n) => writeName(n % 2 === 0 ? name : others[n]!, n));
            load(together, text + next.join(""));
            alone = new Map([...alone].filter(([n]) => n % 2 === 0));
            for (const [n, one] of alone) load(one, text + lines[n]!);
          }
          for (const served of [together, ...alone.values()]) {
            served.clock.advance(after);
            served.mark(Object.fromEntries(down.map((address) => [address, "down" as const])));
            served.plane.setOverrides(overrides);
            if (failback !== undefined) served.plane.failback(failback);
          }
          for (const [n, one] of alone) {
            expect(setsOf(together, n)).toEqual(setsOf(one, n));
            expect(ask(together, n)).toEqual(ask(one, n));
          }
        }
      },
    ),
    { numRuns: 60 },
  ));

function writeName({ type, ttl, net, first, rest, more, allDown, policy }: Settings, i: number) {
  const values = type === "A" ? allDown : allDown.replace(/192\.0\.2\.(\d)/, '"2001:db8::$1"');
  return `  n${i}: { type: ${type}, ttl: ${ttl}, ${more} ${values} dynamic: { ${policy} rules: [{ subnets: [${net}], pool: ${first} }, { pool: ${rest} }] } }\n`;
}

function serve(text: string): InProcess {
  fc.pre(loadZone(text, { file: "z.yaml", changedAt: 0 }).zone !== undefined);
  return serveInProcess({ "z.yaml": text });
}

function load(served: InProcess, text: string): void {
  fc.pre(loadZone(text, { file: "z.yaml", changedAt: 0 }).zone !== undefined);
  served.load({ "z.yaml": text });
}

/** As decided, rotation counters included. */
function setsOf({ plane }: InProcess, name: number): readonly AnswerSet[] {
  const owner = Buffer.from(`\u0002n${name}`, "latin1");
  const found = plane.steering.find(({ names }) =>
    names.some((one) => owner.equals(one.owner.subarray(0, owner.length))),
  );
  return found!.sets;
}

/** As answered, with whose turn it is. */
function ask(served: InProcess, name: number): string[] {
  return ["20.1.7.0/24", "20.200.0.0/24", "40.0.0.0/8"].flatMap((ecs) =>
    ["A", "AAAA"].map((type) => {
      const packet = query({ name: `n${name}.example.com`, type, edns: { ecs } });
      return Buffer.from(served.ask(packet, "udp")!).toString("hex");
    }),
  );
}
