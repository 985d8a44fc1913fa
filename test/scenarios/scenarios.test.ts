import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, test } from "vitest";
import { askTcp, askUdp } from "../support/dns-client.ts";
import { serveInProcess } from "../support/in-process.ts";
import { type Rondo, startRondo } from "../support/rondo.ts";
import {
  type QueryStep,
  readScenario,
  runQueryStep,
  type Scenario,
  type Step,
  type Transport,
} from "../support/scenario.ts";
import { until } from "../support/until.ts";

const scenarios = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith(".yaml"))
  .map((file) => readScenario(join(import.meta.dirname, file)));

describe.each(scenarios)("$title", (scenario) => {
  describe("in process", () => {
    for (const transport of ["udp", "tcp"] as const) {
      test(`as if over ${transport.toUpperCase()}`, async () => {
        const server = serveInProcess(scenario.zones);
        for (const step of scenario.steps) {
          if ("mark" in step) server.mark(step.mark);
          else if ("reload" in step) server.load(step.reload);
          else await runNamed(step, transport, (packet) => server.ask(packet, transport));
        }
      });
    }
  });

  // What checks find cannot be dictated to a real server: test/peers/ has real datacenters for that.
  if (scenario.steps.some((step) => "mark" in step)) return;
  // UDP and TCP count their turns apart, but a reload in one would be seen in the other.
  const isChanged = scenario.steps.some((step) => "reload" in step);
  if (isChanged)
    describe.each(["udp", "tcp"] as const)("over", (one) => overTheNetwork(scenario, [one]));
  else describe("over", () => overTheNetwork(scenario, ["udp", "tcp"]));
});

function overTheNetwork(scenario: Scenario, transports: readonly Transport[]): void {
  let rondo: Rondo;
  beforeAll(async () => {
    rondo = await startRondo({ zones: scenario.zones, args: ["--workers", "1"] });
  });
  afterAll(() => rondo?.stop());
  for (const transport of transports) {
    test(transport.toUpperCase(), () => runOverTheNetwork(scenario, transport, rondo));
  }
}

async function runOverTheNetwork(
  scenario: Scenario,
  transport: Transport,
  rondo: Rondo,
): Promise<void> {
  const ask = transport === "udp" ? askUdp : askTcp;
  let isFresh = false;
  for (const step of scenario.steps) {
    if ("reload" in step) {
      for (const [file, text] of Object.entries(step.reload)) rondo.writeZone(file, text);
      isFresh = true;
    } else if ("it" in step) {
      const run = (): Promise<void> =>
        runNamed(step, transport, (packet) => ask(rondo.endpoint, packet));
      if (isFresh) await eventually(step, run);
      else await run();
      isFresh = false;
    }
  }
}

/** A reload takes its time; the first step after it is tried until it holds. */
async function eventually(step: QueryStep, run: () => Promise<void>): Promise<void> {
  let failure: unknown;
  await until(
    () =>
      run().then(
        () => true,
        (error: unknown) => {
          failure = error;
          return false;
        },
      ),
    `${step.it} holds after the reload`,
  ).catch(() => {
    throw failure;
  });
}

/** A failure names its step. */
async function runNamed(
  step: Extract<Step, { it: string }>,
  transport: Transport,
  ask: Parameters<typeof runQueryStep>[2],
): Promise<void> {
  try {
    await runQueryStep(step, transport, ask);
  } catch (error) {
    if (error instanceof Error) error.message = `${step.it}: ${error.message}`;
    throw error;
  }
}
