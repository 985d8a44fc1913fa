/**
 * The differential run for as long as you like: `npm run differential -- --pairs 100000 --seed 7`. Exit status 1 if
 * anything is left unexplained. To see batch 5 of a seed again: `--seed 7 --skip 5 --pairs 3000`.
 */
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";

const MOST_PAIRS = 100_000_000;

const { values } = parseArgs({
  options: {
    pairs: { type: "string", default: "100000" },
    skip: { type: "string", default: "0" },
    seed: { type: "string", default: String(Math.floor(Math.random() * 2 ** 31)) },
  },
});
const pairs = Number(values.pairs);
const seed = Number(values.seed);
const skip = Number(values.skip);
if (!Number.isInteger(pairs) || pairs < 1 || pairs > MOST_PAIRS) {
  throw new RangeError(`--pairs is a whole number from 1 to ${MOST_PAIRS}: ${values.pairs}`);
}
if (!Number.isInteger(seed)) throw new RangeError(`--seed is a whole number: ${values.seed}`);
if (!Number.isInteger(skip) || skip < 0) {
  throw new RangeError(`--skip is a number of batches: ${values.skip}`);
}

process.stdout.write(`${pairs} pairs, seed ${seed}\n`);
const env = {
  ...process.env,
  // A peer that is missing is an error here, not a reason to compare nothing.
  CI: "true",
  DIFFERENTIAL_PAIRS: String(pairs),
  DIFFERENTIAL_SEED: String(seed),
  DIFFERENTIAL_SKIP: String(skip),
};
const run = ["vitest", "run", "test/peers/differential.test.ts"];
process.exitCode = spawnSync("npx", run, { stdio: "inherit", env }).status ?? 1;
