import { loadZone } from "../../src/zone/load-zone.ts";
import type { Pool, PoolValue, Zone } from "../../src/zone/model.ts";

/** Two datacenters; `www` has a fallback, `only` has one pool, `safe` has values of its own. */
export const OVERRIDE_ZONE = `
zone: example.com.
soa: { mname: ns1.example.net., rname: hostmaster.example.com., serial: 7 }
datacenters: { fra: {}, iad: {} }
pools:
  eu:
    fallback: na
    values:
      - { value: 198.51.100.10, dc: fra }
      - { value: 198.51.100.11, dc: fra }
      - { value: "2001:db8::10", dc: fra }
  na: { values: [{ value: 203.0.113.10, dc: iad }] }
records:
  "": { type: NS, values: [ns1.example.net.] }
  www: { type: A, ttl: 30, dynamic: { rules: [{ pool: eu }] } }
  only: { type: A, ttl: 60, dynamic: { rules: [{ pool: na }] } }
  six: { type: AAAA, ttl: 60, dynamic: { rules: [{ pool: eu }] }, values: ["2001:db8::1"] }
`;

export function readOverrideZone(): Zone {
  const { zone, issues } = loadZone(OVERRIDE_ZONE, { file: "example.com.yaml", changedAt: 1 });
  if (zone === undefined) throw new Error(JSON.stringify(issues));
  return zone;
}

export function findValue(zone: Zone, text: string): { pool: Pool; value: PoolValue } {
  for (const pool of zone.pools) {
    const value = pool.values.find((one) => one.text === text);
    if (value !== undefined) return { pool, value };
  }
  throw new Error(`No value ${text}`);
}
