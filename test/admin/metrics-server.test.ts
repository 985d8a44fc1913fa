/** Metrics and the measured split of a real server with several threads. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { askTcp, askUdp } from "../support/dns-client.ts";
import { query } from "../support/packet.ts";
import { type Family, keyOfSeries, parseMetrics } from "../support/prometheus.ts";
import { type Rondo, runRondo, startRondo } from "../support/rondo.ts";

const ZONES = {
  "example.com.yaml": `
zone: example.com.
pools:
  uneven: { values: [{ value: 192.0.2.1, weight: 3 }, { value: 192.0.2.2 }] }
  even: { values: [{ value: 192.0.2.3 }, { value: 192.0.2.4 }] }
records:
  "": { type: NS, values: [ns1.example.net., ns2.example.net.] }
  www: { type: A, ttl: 30, dynamic: { rules: [{ pool: uneven }] } }
  even: { type: A, ttl: 30, dynamic: { rules: [{ pool: even }] } }
`,
};

let rondo: Rondo;
beforeAll(async () => {
  rondo = await startRondo({ zones: ZONES, args: ["--workers", "2"] });
});
afterAll(() => rondo?.stop());

async function scrape(): Promise<Family[]> {
  const response = await fetch(`http://${rondo.admin}/metrics`);
  expect(response.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  return parseMetrics(await response.text());
}

async function read(name: string, labels: Readonly<Record<string, string>>): Promise<number> {
  const series = (await scrape()).flatMap((family) => family.series);
  const found = series.filter(
    (one) =>
      one.name === name &&
      Object.entries(labels).every(([label, value]) => one.labels.get(label) === value),
  );
  return found.reduce((sum, { value }) => sum + value, 0);
}

test("every query is counted once, whatever thread answers it, and led by its share", async () => {
  const packet = query({ name: "www.example.com" });
  const asked = { udp: 240, tcp: 40 };
  const waves = Array.from({ length: asked.udp / 8 });
  for (const _ of waves) {
    // Each socket is another flow for the kernel, so that both threads get some.
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => askUdp(rondo.endpoint, packet)),
    );
    expect(answers).not.toContain(undefined);
  }
  for (let i = 0; i < asked.tcp; i++) await askTcp(rondo.endpoint, packet);
  const total = asked.udp + asked.tcp;
  const labels = { name: "www.example.com.", pool: "uneven" };
  expect(await read("rondo_answers_total", labels)).toBe(total);
  expect(await read("rondo_dns_requests_total", { proto: "udp" })).toBe(asked.udp);
  expect(await read("rondo_dns_requests_total", { proto: "tcp" })).toBe(asked.tcp);
  expect(await read("rondo_dns_responses_total", { rcode: "NOERROR" })).toBe(total);
  // Two threads and TCP: each is less than one turn away from the share.
  const led = await read("rondo_answers_total", { ...labels, value: "192.0.2.1" });
  expect(Math.abs(led - total * 0.75)).toBeLessThan(3);
  const due = await read("rondo_answers_configured_total", { ...labels, value: "192.0.2.1" });
  expect(due).toBeCloseTo(total * 0.75, 6);
});

test("what was answered before a drain stays counted, and what comes after goes elsewhere", async () => {
  const packet = query({ name: "even.example.com" });
  const ask = async (times: number): Promise<void> => {
    for (let i = 0; i < times; i++) await askUdp(rondo.endpoint, packet);
  };
  const labels = { name: "even.example.com." };
  await ask(10);
  expect(await read("rondo_answers_total", labels)).toBe(10);
  const first = await read("rondo_answers_total", { ...labels, value: "192.0.2.3" });
  const drained = await runRondo("drain", "192.0.2.3", "--admin", rondo.admin);
  expect(drained).toMatchObject({ status: 0 });
  await ask(10);
  expect(await read("rondo_answers_total", { ...labels, value: "192.0.2.3" })).toBe(first);
  expect(await read("rondo_answers_total", labels)).toBe(20);
  expect(await read("rondo_value_up", { pool: "even", value: "192.0.2.3" })).toBe(0);
  expect(await read("rondo_override_active", { action: "drain" })).toBe(1);
});

test("no query adds a series, and a mistake in a file is seen", async () => {
  const keys = async (): Promise<string[]> =>
    (await scrape()).flatMap(({ series }) => series.map(keyOfSeries));
  const before = await keys();
  for (let i = 0; i < 50; i++) {
    await askUdp(rondo.endpoint, query({ name: `x${i}.example.com`, type: 1 + i }));
    await askUdp(rondo.endpoint, query({ name: `x${i}.example.org`, type: "ANY" }));
  }
  expect(await keys()).toEqual(before);
  expect(await read("rondo_config_last_reload_successful", {})).toBe(1);
  rondo.writeZone(
    "example.com.yaml",
    "zone: example.com.\nrecords: { a: { type: A, value: 192.0.2.1 } }\n",
  );
  expect((await runRondo("reload", "--admin", rondo.admin)).status).toBe(6);
  expect(await read("rondo_config_last_reload_successful", {})).toBe(0);
  expect(await read("rondo_reload_failures_total", {})).toBeGreaterThanOrEqual(1);
  expect((await runRondo("reload", "--force", "--admin", rondo.admin)).status).toBe(0);
  expect(await read("rondo_config_last_reload_successful", {})).toBe(1);
  expect(await read("rondo_answers_total", {})).toBe(0);
});
