/** A zone whose values are local datacenters, and what is asked of it. */
import { createServer } from "node:net";
import { askUdp } from "./dns-client.ts";
import { type Message, readMessage } from "./message.ts";
import { query } from "./packet.ts";
import { findFreePort } from "./ports.ts";
import type { Rondo } from "./rondo.ts";
import { until } from "./until.ts";

/** Each test has a network of its own in 127.0.0.0/8. */
let network = (process.pid % 200) * 256 + Math.floor(Math.random() * 200);
export function nextNetwork(): string {
  network = (network + 1) % 51_200;
  return `127.${16 + (network >> 8)}.${network & 0xff}`;
}

/** One port that is free on all addresses: the values of a pool share their check's port. */
export async function findSharedPort(addresses: readonly string[]): Promise<number> {
  for (let attempt = 0; attempt < 20; attempt++) {
    const port = await findFreePort(addresses[0]);
    const free = await Promise.all(addresses.map((address) => isFree(address, port)));
    if (free.every(Boolean)) return port;
  }
  throw new Error("Cannot find a port free on all addresses");
}

function isFree(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, address, () => server.close(() => resolve(true)));
  });
}

/** One steered name over the pool `near` with `far` as its fallback, checked with the profile `fast`. */
export function writeZone(
  protocol: "HTTP" | "TCP",
  port: number,
  first: readonly string[],
  second: readonly string[],
): string {
  const values = (list: readonly string[]): string =>
    list.map((value) => `{ value: ${value} }`).join(", ");
  return `
zone: example.com.
healthchecks:
  web: { protocol: ${protocol}, port: ${port}, ${protocol === "HTTP" ? "path: /healthz, " : ""}profile: fast }
pools:
  near: { healthcheck: web, fallback: far, values: [${values(first)}] }
  far: { healthcheck: web, values: [${values(second)}] }
records:
  "": { type: NS, values: [ns1.example.com., ns2.example.com.] }
  ns1: { type: A, value: 192.0.2.53 }
  ns2: { type: A, value: 192.0.2.54 }
  www: { type: A, ttl: 30, dynamic: { rules: [{ pool: near }] } }
`;
}

/** Asks for the steered name. */
export async function ask(rondo: Rondo): Promise<Message> {
  const reply = await askUdp(rondo.endpoint, query({ name: "www.example.com" }));
  return readMessage(reply!);
}

/** The last octets of the addresses in the answer, in order: `1,3`. */
export async function addresses(rondo: Rondo): Promise<string> {
  const { answer } = await ask(rondo);
  return answer
    .map(({ rdata }) => rdata.split(".")[3])
    .sort()
    .join();
}

/** The deadline only ends a test that would never end; detection is some 3 s with the fast profile. */
export async function becomes(rondo: Rondo, expected: string): Promise<void> {
  await until(async () => (await addresses(rondo)) === expected, {
    what: `the answer is ${expected}`,
    pauseMs: 100,
  }).catch(async (error: unknown) => {
    throw new Error(`${String(error)}; it is ${await addresses(rondo)}\n${rondo.output()}`);
  });
}
