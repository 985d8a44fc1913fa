import { expect, test } from "vitest";
import { renderSummary } from "../differential/report.ts";
import { runWorlds } from "../differential/run-worlds.ts";
import { describeWithPeers } from "../support/peers.ts";

/** `npm run differential` sets both; see docs/differential.md. */
const PAIRS = Number(process.env.DIFFERENTIAL_PAIRS ?? 2000);
const SEED = Number(process.env.DIFFERENTIAL_SEED ?? 1);

describeWithPeers("random zones and queries", ["nsd", "knotd", "named"], () => {
  test(
    "are answered as two of the three do, or the reason is written down",
    async () => {
      const summary = await runWorlds(SEED, PAIRS, (so_far) => {
        if (PAIRS > 2000) process.stdout.write(`${so_far.pairs} of ${PAIRS}\n`);
      });
      process.stdout.write(renderSummary(summary));
      expect(summary.unexplained.length).toBe(0);
      expect(summary.pairs).toBeGreaterThanOrEqual(PAIRS);
    },
    Math.max(300_000, PAIRS * 20),
  );
});
