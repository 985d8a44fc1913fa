import { expect, it } from "vitest";
import { ProcessStats } from "./process-stats.ts";

it("sample() describes this process", () => {
  const stats = new ProcessStats();
  try {
    const sample = stats.sample();
    expect(sample.cpuSeconds).toBeGreaterThan(0);
    expect(sample.residentOctets).toBeGreaterThan(sample.heapUsedOctets);
    expect(sample.startedAt).toBeGreaterThan(Date.now() / 1000 - process.uptime() - 5);
    expect(sample.startedAt).toBeLessThanOrEqual(Date.now() / 1000);
    expect([...sample.collections.keys()].sort()).toEqual([
      "incremental",
      "major",
      "minor",
      "weakcb",
    ]);
    if (process.platform === "linux") expect(sample.openDescriptors).toBeGreaterThan(2);
  } finally {
    stats.close();
  }
});
