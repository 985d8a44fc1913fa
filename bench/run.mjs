/**
 * The benchmarks.
 *
 * usage: npm run bench -- [FLAGS]            CPU time per answered query of every server on this machine, side by side
 *        npm run bench -- scale [--write]    how that cost, and the time to publish a change, grow with the work
 *        npm run bench -- loading [--write]  time and memory to load large zones
 *        npm run bench -- reload [--write]   what reading zones and geo data again does to the answers meanwhile
 *        npm run bench -- restarts [--write] whether `rondo upgrade` under load loses a query
 *        npm run bench -- garbage [--write]  what the queries leave to the garbage collector: nothing
 *
 * docs/benchmarks.md says what each measures and how to read it; `--write` puts the figures there. Exit status: 0 measured,
 * 1 a server answered wrongly or lost more than 1 %, rondo did not start, or `--check` found it too slow; 64 wrong usage; 69
 * the load generator cannot run here.
 */
import { measureCosts } from "./costs.mjs";
import { measureGarbage } from "./garbage.mjs";
import { measureLoading } from "./loading.mjs";
import { loadSocketCalls } from "./mmsg.mjs";
import { measureReload } from "./reload.mjs";
import { measureRestarts } from "./restarts.mjs";
import { measureScale } from "./scale.mjs";

const COMMANDS = {
  costs: measureCosts,
  scale: measureScale,
  loading: measureLoading,
  reload: measureReload,
  restarts: measureRestarts,
  garbage: measureGarbage,
};

const [first = "", ...rest] = process.argv.slice(2);
const [command, args] = first in COMMANDS ? [first, rest] : ["costs", process.argv.slice(2)];

const calls = await loadSocketCalls();
if (typeof calls === "string") {
  console.error(`bench: cannot make load: ${calls}`);
  process.exit(69);
}
process.exit(await COMMANDS[command](args));
