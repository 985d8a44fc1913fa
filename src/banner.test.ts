import { expect, test } from "vitest";
import { type BannerParts, renderBanner } from "./banner.ts";

test("renderBanner() says when there is no address to listen on yet", () => {
  const render = (addresses: BannerParts["server"]["addresses"]): string =>
    renderBanner({
      version: "1.0.0",
      server: {
        addresses,
        udpPath: { path: "dgram", workers: 1, reason: "asked for" },
      } as unknown as BannerParts["server"],
      zones: [],
      geo: undefined,
      admin: undefined,
    });
  expect(render([])).toContain("\nlistening nowhere yet: this host has none of the listen");
  const served = { address: "127.0.0.1", port: 53, transports: ["udp", "tcp"] } as const;
  const some = render([served as unknown as BannerParts["server"]["addresses"][number]]);
  expect(some).toContain("\nlistening on 127.0.0.1:53 (UDP and TCP)\n");
  expect(some).not.toContain("nowhere");
});
