/** Starts unbound on loopback as a resolver for some zones. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { askUdp, type Endpoint } from "./dns-client.ts";
import { query } from "./packet.ts";
import { startPeer } from "./peers.ts";
import { findFreePort } from "./ports.ts";

export interface RunningUnbound extends Endpoint {
  stop(): Promise<void>;
}

/** @param stubs who serves which zones; it asks nobody else */
export async function startUnbound(
  stubs: Readonly<Record<string, Endpoint>>,
): Promise<RunningUnbound> {
  const folder = mkdtempSync(join(tmpdir(), "rondo-unbound-"));
  const port = await findFreePort();
  const config = join(folder, "unbound.conf");
  const zones = Object.entries(stubs).map(
    ([zone, { address, port: at }]) =>
      `stub-zone:\n  name: "${zone}"\n  stub-addr: ${address}@${at}\n  stub-no-cache: no\n`,
  );
  writeFileSync(
    config,
    `server:\n  interface: 127.0.0.1\n  port: ${port}\n  username: ""\n  chroot: ""\n  directory: "${folder}"\n` +
      `  pidfile: ""\n  use-syslog: no\n  logfile: ""\n  do-daemonize: no\n  num-threads: 1\n` +
      `  module-config: "iterator"\n  do-not-query-localhost: no\n  do-ip6: no\n  use-caps-for-id: yes\n` +
      `  access-control: 127.0.0.0/8 allow\nremote-control:\n  control-enable: no\n${zones.join("")}`,
  );
  const probe = query({ name: "localhost", flags: ["rd"] });
  const peer = await startPeer(
    "unbound",
    ["-d", "-c", config],
    async () =>
      (await askUdp({ address: "127.0.0.1", port }, probe, 200).catch(() => undefined)) !==
      undefined,
  );
  return {
    address: "127.0.0.1",
    port,
    stop: async () => {
      await peer.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
