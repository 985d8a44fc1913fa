import { expect, test, vi } from "vitest";
import { address, ns, soa, wireName, writeMessage } from "../../test/support/zone-transfer.ts";
import { OctetBuilder } from "../image/octet-builder.ts";
import { runBuildJob } from "./build-job.ts";
import { FrameBlocks } from "./frame-blocks.ts";

const ZONE = "example.net.";

/** Has every image be as large as one can be. */
vi.mock("../image/compile-segment.ts", () => ({
  compileSegment: () => {
    const builder = new OctetBuilder(64, 64);
    return builder.allocate(17);
  },
}));

test("runBuildJob() refuses a zone that is larger than an image can be", () => {
  const frames = new FrameBlocks();
  const host = address(`www.${ZONE}`, "192.0.2.1");
  const answers = [soa(ZONE, 1), ns(ZONE, "ns.example.org."), host, soa(ZONE, 1)];
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
    reason: expect.stringMatching(/^it is too large: .*64 octets/),
  });
});
