import { renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { askUdp } from "../support/dns-client.ts";
import { readMessage, scopeOf } from "../support/message.ts";
import { query } from "../support/packet.ts";
import { createFolder, type Rondo, startRondo } from "../support/rondo.ts";
import { until } from "../support/until.ts";
import { type MmdbValue, writeMmdb } from "../support/write-mmdb.ts";

const ZONE = `
zone: example.com.
soa: { mname: ns1.example.net. }
datacenters: { fra: { coords: [50.1, 8.7] }, lax: { coords: [33.9, -118.4] } }
pools:
  near:
    policy: nearest
    values: [{ value: 192.0.2.1, dc: fra }, { value: 192.0.2.2, dc: lax }]
  california: { values: [192.0.2.10] }
  system: { values: [192.0.2.20] }
  rest: { values: [192.0.2.30] }
records:
  www:
    type: A
    dynamic:
      rules:
        - { geos: [NA-US-CA], pool: california }
        - { asns: [64500], pool: system }
        - { pool: rest }
  near: { type: A, dynamic: { rules: [{ pool: near }] } }
`;
const CALIFORNIA = {
  continent: { code: "NA" },
  country: { iso_code: "US" },
  subdivisions: [{ iso_code: "CA" }],
  location: { latitude: 37.8, longitude: -122.4 },
};
const GERMANY = {
  continent: { code: "EU" },
  country: { iso_code: "DE" },
  location: { latitude: 52.5, longitude: 13.4 },
};

describe("operators' geo databases", () => {
  let folder: string;
  let rondo: Rondo;
  beforeEach(async () => {
    folder = createFolder();
    put("city.mmdb", { "20.0.0.0/8": CALIFORNIA, "21.0.0.0/8": GERMANY });
    put("asn.mmdb", { "22.0.0.0/8": { autonomous_system_number: 64_500 } });
    rondo = await startRondo({
      zones: { "example.com.yaml": ZONE },
      // Relative to the server file's folder.
      config: "geo: { databases: [city.mmdb, ./asn.mmdb] }\n",
      folder,
    });
  });
  afterEach(async () => {
    await rondo.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  function put(file: string, entries: Readonly<Record<string, MmdbValue>>): void {
    const path = join(folder, file);
    writeFileSync(`${path}.new`, writeMmdb(entries));
    renameSync(`${path}.new`, path);
  }

  async function ask(label: string, ecs: string): Promise<string> {
    const packet = query({ name: `${label}.example.com`, edns: { ecs } });
    const message = readMessage((await askUdp(rondo.endpoint, packet))!);
    return `${message.answer[0]?.rdata} /${scopeOf(message)}`;
  }

  test("decide by subdivision, by autonomous system and by distance", async () => {
    expect(await ask("www", "20.1.0.0/24")).toBe("192.0.2.10 /8");
    expect(await ask("www", "21.1.0.0/24")).toBe("192.0.2.30 /8");
    expect(await ask("www", "22.1.0.0/24")).toBe("192.0.2.20 /8");
    expect(await ask("near", "20.1.0.0/24")).toBe("192.0.2.2 /8");
    expect(await ask("near", "21.1.0.0/24")).toBe("192.0.2.1 /8");
  });

  test("are read again when they change, and stay as they were when they go bad", async () => {
    put("city.mmdb", { "20.0.0.0/9": GERMANY, "20.128.0.0/9": CALIFORNIA });
    rondo.process.kill("SIGHUP");
    await until(
      async () => (await ask("near", "20.1.0.0/24")) === "192.0.2.1 /9",
      "the new data decides",
    );
    expect(await ask("www", "20.1.0.0/24")).toBe("192.0.2.30 /9");
    expect(await ask("www", "20.200.0.0/24")).toBe("192.0.2.10 /9");
    expect(await ask("www", "22.1.0.0/24")).toBe("192.0.2.20 /8");

    writeFileSync(join(folder, "city.mmdb"), "not a database");
    rondo.process.kill("SIGHUP");
    await rondo.waitForOutput(/city\.mmdb is not used/);
    expect(await ask("near", "20.1.0.0/24")).toBe("192.0.2.1 /9");
  });
});
