import { expect, test } from "vitest";
import { listCrowdedNames } from "../../test/support/crowded-names.ts";
import { address, ns, soa, wireName, writeMessage } from "../../test/support/zone-transfer.ts";
import { runBuildJob } from "./build-job.ts";
import { FrameBlocks } from "./frame-blocks.ts";

const ZONE = "example.net.";

test("runBuildJob() refuses names that were chosen to be in each other's way", () => {
  const frames = new FrameBlocks();
  const names = listCrowdedNames(300).map((name) => address(`${name}.${ZONE}`, "192.0.2.1"));
  const answers = [soa(ZONE, 1), ns(ZONE, "ns.example.org."), ...names, soa(ZONE, 1)];
  frames.append(writeMessage({ question: { name: ZONE, type: "AXFR" }, answers }));
  const none = { rrsets: [], steered: [], pools: [], datacenters: [], networks: [] };
  const result = runBuildJob({
    kind: "transfer",
    zone: { apex: wireName(ZONE), ...none, serial: 0, negativeTtl: 0 },
    stateFile: "/nonexistent/example.net.state",
    blocks: frames.blocks(),
    ownSerial: undefined,
    isIncremental: false,
    receivedAt: 0,
    expire: undefined,
  });
  expect(result).toMatchObject({
    kind: "refused",
    reason: expect.stringContaining("in each other's way"),
  });
});
