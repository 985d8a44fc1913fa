import { fork } from "node:child_process";
import { once } from "node:events";
import { getPriority } from "node:os";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, it } from "vitest";

const PROGRAM = resolve(import.meta.dirname, "../../test/support/let-helpers-wait.mjs");
const BUILT = pathToFileURL(resolve(import.meta.dirname, "../../dist/threads/let-helpers-wait.js"));

it.runIf(process.platform === "linux")(
  "letHelpersWait() lowers the priority of the runtime's threads, and of no other",
  async () => {
    const before = getPriority();
    const child = fork(PROGRAM, [BUILT.href]);
    const [{ main, own, helpers }] = await once(child, "message");
    expect({ main, own }).toEqual({ main: before, own: before });
    expect(helpers.length).toBeGreaterThan(3);
    expect(new Set(helpers)).toEqual(new Set([Math.max(before, 10)]));
  },
);
