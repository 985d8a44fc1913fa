/**
 * Nothing is allocated per query. It is looked at in a process of its own, as compiled for production: the test runner's own
 * transforms allocate.
 */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const ALLOCATIONS = fileURLToPath(new URL("../../bench/allocations.mjs", import.meta.url));

/** Less than the smallest object has, 16 octets; what the compiler and the measurement allocate is far below. */
const NOTHING = 4;

async function countOctets(...flags: string[]): Promise<[kind: string, octets: number][]> {
  const args = ["--expose-gc", ALLOCATIONS, "--queries", "100000", ...flags];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return Object.entries(JSON.parse(stdout) as Record<string, number>);
}

it("respond() allocates nothing, whatever is asked", { timeout: 120_000 }, async () => {
  const kinds = await countOctets();
  expect(kinds.length).toBeGreaterThan(10);
  for (const [kind, octets] of kinds) expect(octets, kind).toBeLessThan(NOTHING);
});

it("one small object per query would be seen", { timeout: 120_000 }, async () => {
  for (const [kind, octets] of await countOctets("--leak")) {
    expect(octets, kind).toBeGreaterThan(NOTHING * 4);
  }
});
