/** Local servers for probes to meet, well-behaved and otherwise. */
import { readFileSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Socket } from "node:net";
import { createProbe } from "../../src/health/probe/probe.ts";
import type { Probe, ProbeResult } from "../../src/health/result.ts";
import type { CheckTarget, HealthCheck } from "../../src/zone/model.ts";
import { createCheck } from "./health-targets.ts";

export const USER_AGENT = "rondo/1.2.3 (health check)";

export const probe: Probe = createProbe(USER_AGENT);

const TLS = new URL("tls/", import.meta.url);

/** A self-signed certificate for probe.test and 127.0.0.1, valid until 2126. */
export const CERTIFICATE: { readonly cert: string; readonly key: string } = {
  cert: readFileSync(new URL("probe-test.cert.pem", TLS), "utf8"),
  key: readFileSync(new URL("probe-test.key.pem", TLS), "utf8"),
};

const closers: (() => Promise<void>)[] = [];

/** Ends every server that was started here, and its connections. */
export async function closeServers(): Promise<void> {
  await Promise.all(closers.splice(0).map((close) => close()));
}

/** Listens on a free port of 127.0.0.1, and gives the port. */
export async function listen(
  server: Pick<Server, "listen" | "address" | "close" | "once" | "on">,
): Promise<number> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.once("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  closers.push(
    () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  );
  return (server.address() as AddressInfo).port;
}

export function serveHttp(listener: RequestListener): Promise<number> {
  return listen(createServer(listener));
}

/** A server that does as it likes with every connection. */
export function serveTcp(accept: (socket: Socket) => void): Promise<number> {
  return listen(createTcpServer({ allowHalfOpen: true }, accept) as unknown as Server);
}

/** A server that writes `text` to every connection and does nothing more. */
export function say(text: string): Promise<number> {
  return serveTcp((socket) => socket.resume().write(text));
}

export function createHttpTarget(port: number, settings: Partial<HealthCheck> = {}): CheckTarget {
  const check = createCheck({ timeout: 2000, path: "/healthz", ...settings });
  return { key: "target", address: "127.0.0.1", port, check };
}

/** An HTTPS check of probe.test that trusts its certificate. */
export function createHttpsTarget(port: number, settings: Partial<HealthCheck> = {}): CheckTarget {
  const tls = { verify: true, ca: CERTIFICATE.cert };
  return createHttpTarget(port, { protocol: "HTTPS", host: "probe.test", tls, ...settings });
}

export function run(target: CheckTarget): Promise<ProbeResult> {
  return new Promise((resolve) => probe(target, resolve));
}
