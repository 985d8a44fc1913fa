/** Tells its parent of the priorities of its main thread, of the runtime's threads and of one that it makes afterwards. */
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { getPriority } from "node:os";
import { Worker } from "node:worker_threads";

const helpers = readdirSync("/proc/self/task")
  .map(Number)
  .filter((thread) => thread !== process.pid);
const { letHelpersWait } = await import(process.argv[2]);
letHelpersWait();
const program = `
  import { getPriority } from "node:os";
  import { parentPort } from "node:worker_threads";
  parentPort.postMessage(getPriority());
`;
const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(program)}`));
const [own] = await once(worker, "message");
process.send({
  main: getPriority(),
  own,
  helpers: helpers.map((thread) => getPriority(thread)),
});
process.disconnect();
