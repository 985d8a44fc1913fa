/**
 * Mutated queries for as long as you like: `npm run fuzz -- --packets 10000000 --seed 7`. Each of the two settings of
 * fuzz.test.ts gets that many; a packet that fails is printed with the seed that leads to it.
 */
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";

const MOST_PACKETS = 1_000_000_000;
/** Far above what any machine takes for a packet. */
const MS_PER_PACKET = 1;
const LEAST_MS = 60_000;

const { values } = parseArgs({
  options: {
    packets: { type: "string", default: "300000" },
    seed: { type: "string", default: String(Math.floor(Math.random() * 2 ** 31)) },
  },
});
const packets = Number(values.packets);
const seed = Number(values.seed);
if (!Number.isInteger(packets) || packets < 1 || packets > MOST_PACKETS) {
  throw new RangeError(`--packets is a whole number from 1 to ${MOST_PACKETS}: ${values.packets}`);
}
if (!Number.isInteger(seed)) throw new RangeError(`--seed is a whole number: ${values.seed}`);

const timeout = Math.max(LEAST_MS, packets * MS_PER_PACKET);
const { status } = spawnSync(
  "npx",
  ["vitest", "run", "test/hostile/fuzz.test.ts", `--testTimeout=${timeout}`],
  {
    stdio: "inherit",
    env: { ...process.env, FUZZ_PACKETS: String(packets), FUZZ_SEED: String(seed) },
  },
);
process.exitCode = status ?? 1;
