import { getPriority } from "node:os";
import { expect, it } from "vitest";
import { type Libc, loadLibc } from "./libc.ts";
import { takeShortTurns } from "./take-short-turns.ts";

it.runIf(process.platform === "linux")(
  "takeShortTurns() asks for a tenth of a millisecond, and the kernel takes it",
  async () => {
    const loaded = await loadLibc();
    if (!("libc" in loaded)) throw new Error(loaded.reason);
    const asked: { attributes: Buffer; result: number }[] = [];
    const libc: Libc = {
      ...loaded.libc,
      schedule: (attributes) => {
        const result = Number(loaded.libc.schedule(attributes));
        asked.push({ attributes: Buffer.from(attributes), result });
        return result;
      },
    };
    const before = getPriority();
    takeShortTurns(libc);
    expect(asked.map(({ result }) => result)).toEqual([0]);
    // Size, policy, flags (SCHED_FLAG_KEEP_POLICY), nice, priority, runtime.
    const { attributes } = asked[0]!;
    expect(attributes.length).toBe(48);
    expect([attributes.readUInt32LE(0), attributes.readUInt32LE(4)]).toEqual([48, 0]);
    expect(attributes.readBigUInt64LE(8)).toBe(8n);
    expect([attributes.readInt32LE(16), attributes.readUInt32LE(20)]).toEqual([before, 0]);
    expect(attributes.readBigUInt64LE(24)).toBe(100_000n);
    expect(getPriority()).toBe(before);
  },
);
