/**
 * A thread that answers as much as it can has nothing to collect. What a query leaves may come from its way through the sockets as well,
 * and depends on what the compiler makes of the whole way: so a server is looked at as it runs.
 */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { loadLibc } from "../../src/server/libc.ts";
import { startRondo } from "../support/rondo.ts";

const LOAD = fileURLToPath(new URL("../../bench/load.mjs", import.meta.url));

const ZONE = `
zone: example.com.
pools: { all: { values: [{ value: 127.0.0.1 }, { value: 127.0.0.2 }, { value: 127.0.0.3 }] } }
records:
  ns1: { type: A, value: 127.0.0.1 }
  www: { type: A, dynamic: { rules: [{ subnets: [127.0.0.0/9], pool: all }, { pool: all }] } }
`;
const QUERIES = [
  "www.example.com. A +subnet=127.1.2.0/24",
  "www.example.com. A +edns",
  "nope.example.com. A",
  "ns1.example.com. A",
];

/** Until all that a query runs through is compiled. */
const WARMUP_QUERIES = 300_000;
const MEASURED_QUERIES = 500_000;
/** One number per query, 16 octets, the smallest object there is, fills the new space of 1 MiB seven times. */
const MOST_COLLECTIONS = 3;

describe.runIf("libc" in (await loadLibc()))("a thread under full load", () => {
  it("has nothing to collect", { timeout: 120_000 }, async () => {
    const server = await startRondo({
      zones: { "z.yaml": ZONE },
      args: ["--workers", "1"],
      nodeArguments: ["--trace-gc", "--max-semi-space-size=1"],
    });
    onTestFinished(() => server.stop());
    const target = `127.0.0.1:${server.endpoint.port}`;
    const ask = async (count: number): Promise<number> => {
      const queries = QUERIES.flatMap((query) => ["--query", query]);
      const limits = ["--seconds", "50", "--count", String(count)];
      const args = [LOAD, "--json", "--target", target, ...queries, ...limits];
      const { stdout } = await promisify(execFile)(process.execPath, args);
      return (JSON.parse(stdout) as { answered: number }).answered;
    };
    await ask(WARMUP_QUERIES);
    const before = countCollections(server.output());
    // Starting is not done without: whoever sees none does not see any.
    expect(before.size).toBeGreaterThan(1);
    expect(await ask(MEASURED_QUERIES)).toBeGreaterThan(MEASURED_QUERIES * 0.9);
    for (const [thread, collections] of countCollections(server.output())) {
      expect(collections - (before.get(thread) ?? 0), thread).toBeLessThan(MOST_COLLECTIONS);
    }
  });
});

/** Collections of what is young, by thread, from lines such as `[4711:0x7f6310000f30]    13794 ms: Scavenge 9.3 …`. */
function countCollections(output: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [, thread] of output.matchAll(/^\[\d+:(0x\w+)\] +\d+ ms: Scavenge/gm)) {
    counts.set(thread!, (counts.get(thread!) ?? 0) + 1);
  }
  return counts;
}
