import { expect, test } from "vitest";
import type { PeerOutcomes } from "./compare.ts";
import { type Outcome, readOutcome } from "./outcome.ts";
import { walkAll } from "./walk.ts";

function outcome(rcode: string, answer: readonly string[] = []): Outcome {
  const silence = readOutcome(new Uint8Array(0), undefined);
  const aspects = { ...silence.aspects, rcode, answer: answer.join("\n") };
  return { ...silence, aspects, answer };
}

const REFUSED = outcome("REFUSED");
const ALIAS = "a.test. 60 1 TYPE5 b.other.";
const ADDRESS = "b.other. 60 1 TYPE1 192.0.2.1";

/** What the three answer, by name; REFUSED for all others. */
function answering(names: Readonly<Record<string, readonly [Outcome, Outcome, Outcome]>>) {
  return async (steps: readonly { readonly name: string }[]): Promise<PeerOutcomes[]> =>
    steps.map(({ name }) => {
      const [nsd, knotd, named] = names[name] ?? [REFUSED, REFUSED, REFUSED];
      return { nsd, knotd, named };
    });
}

test("walkAll() follows an alias link by link and believes two of the three", async () => {
  const alias = outcome("NOERROR", [ALIAS]);
  const address = outcome("NOERROR", [ADDRESS]);
  const ask = answering({
    "a.test.": [outcome("NOERROR", [ALIAS, ADDRESS]), alias, outcome("NXDOMAIN")],
    "b.other.": [address, outcome("NXDOMAIN"), address],
  });
  const [walk] = await walkAll([{ name: "a.test.", type: 1 }], ask);
  expect(walk).toEqual({ rcode: "NOERROR", answer: [ALIAS, ADDRESS], authority: [] });
});

test("walkAll() ends where nobody serves the target, in a circle, and where no two agree", async () => {
  const away = outcome("NOERROR", [ALIAS]);
  const self = outcome("NOERROR", ["c.test. 60 1 TYPE5 c.test."]);
  const ask = answering({
    "a.test.": [away, away, away],
    "c.test.": [self, self, self],
    "d.test.": [outcome("NOERROR"), outcome("NXDOMAIN"), outcome("SERVFAIL")],
  });
  const starts = ["a.test.", "c.test.", "d.test."].map((name) => ({ name, type: 1 }));
  expect(await walkAll(starts, ask)).toEqual([
    { rcode: "NOERROR", answer: [ALIAS], authority: [] },
    { rcode: "NOERROR", answer: self.answer, authority: [] },
    undefined,
  ]);
});
