import { expect, test } from "vitest";
import { renderDifference, renderSummary } from "../differential/report.ts";
import { runWorlds, type Summary } from "../differential/run-worlds.ts";
import { describeWithPeers } from "../support/peers.ts";

/** `npm run differential` sets both; see docs/differential.md. */
const PAIRS = Number(process.env.DIFFERENTIAL_PAIRS ?? 2000);
const SEED = Number(process.env.DIFFERENTIAL_SEED ?? 1);
const SKIP = Number(process.env.DIFFERENTIAL_SKIP ?? 0);

describeWithPeers("random zones and queries", ["nsd", "knotd", "named"], () => {
  test(
    "are answered as two of the three do, or the reason is written down",
    async () => {
      let told = 0;
      const tell = ({ batch, pairs, unexplained }: Summary): void => {
        for (; told < unexplained.length; told++) {
          process.stdout.write(renderDifference(unexplained[told]!));
        }
        if (PAIRS > 2000) {
          process.stdout.write(
            `${pairs} of ${PAIRS}, ${batch} batches, ${told} unexplained differences\n`,
          );
        }
      };
      const summary = await runWorlds(SEED, PAIRS, tell, SKIP);
      process.stdout.write(renderSummary(summary));
      expect(summary.unexplained.length).toBe(0);
      expect(summary.pairs).toBeGreaterThanOrEqual(PAIRS);
    },
    Math.max(300_000, PAIRS * 20),
  );
});
