/** Zones with every way of steering, and what may happen to them, for properties that hold for all of them. */
import * as fc from "fast-check";
import type { Overrides } from "../../src/steering/world.ts";

const POOLS = 5;
/** The last part of the addresses that each pool may have; those of IPv6 come last. */
const PLACES = [1, 2, 3, 4, 5, 61, 62];
const DATACENTERS = ["fra", "ams", "iad", "sin"];

/** Everything that health and operators may be asked about. */
export const ALL_ADDRESSES: readonly string[] = Array.from({ length: POOLS }, (_, p) =>
  PLACES.map((place) => addressOf(p, place)),
).flat();

/** Mostly nothing. */
const rarely = <T>(...settings: T[]): fc.Arbitrary<T | undefined> =>
  fc.constantFrom(undefined, undefined, undefined, ...settings);

const value = fc.record({
  weight: fc.constantFrom(0, 1, 1, 2, 3),
  dc: fc.option(fc.constantFrom(...DATACENTERS), { nil: undefined }),
  status: rarely("up", "down"),
});

const allDown = rarely(
  "open",
  "closed",
  "servfail",
  "last",
  '{ values: [192.0.2.1, 192.0.2.2, "2001:db8::99"], ttl: 3 }',
);

const pool = fc.record({
  places: fc.subarray(PLACES, { minLength: 1, maxLength: 4 }),
  values: fc.array(value, { minLength: 4, maxLength: 4 }),
  /** Pools further down the list, so that nothing goes round in circles. */
  nested: fc.uniqueArray(fc.record({ by: fc.integer({ min: 1, max: POOLS }), value }), {
    maxLength: 2,
    selector: ({ by }) => by,
  }),
  fallback: fc.option(fc.integer({ min: 1, max: POOLS }), { nil: undefined }),
  policy: fc.constantFrom("rotate", "failover", "sticky", "nearest"),
  answers: rarely(1, 2, 3),
  min_healthy: rarely<number | string>(2, "50%"),
  all_down: allDown,
  failback: rarely("{ delay: 20s }", "{ manual: true }"),
  slow_start: rarely("30s"),
  prefix_v4: rarely(16),
});

const record = fc.record({
  first: fc.array(fc.nat(POOLS - 1), { minLength: 1, maxLength: 3 }),
  rest: fc.array(fc.nat(POOLS - 1), { minLength: 1, maxLength: 3 }),
  rule: fc.constantFrom("geos: [EU]", "subnets: [20.1.0.0/16]", "geos: [NA-US, AS]"),
  policy: rarely("nearest"),
  answers: rarely(2),
  all_down: allDown,
});

/** A zone file for `example.com.` with the steered name `www`. */
export const zoneText: fc.Arbitrary<string> = fc
  .record({ pools: fc.array(pool, { minLength: POOLS, maxLength: POOLS }), record })
  .map(({ pools, record: { first, rest, rule, policy, answers, all_down } }) => {
    const written = pools.map(
      ({ places, values, nested, fallback, policy: ofPool, ...others }, p) => {
        const members = [
          ...places.map((place, i) =>
            writeMember(`value: "${addressOf(p, place)}"`, values[i]!, true),
          ),
          ...nested
            .filter(({ by }) => p + by < POOLS)
            .map(({ by, value: setting }) => writeMember(`pool: p${p + by}`, setting, false)),
        ];
        const next =
          fallback === undefined || p + fallback >= POOLS ? undefined : `p${p + fallback}`;
        const settings = writeSettings({ policy: ofPool, fallback: next, ...others });
        return `  p${p}: { healthcheck: web, ${settings} values: [${members.join(", ")}] }`;
      },
    );
    const dynamic = writeSettings({ policy });
    const pick = (list: readonly number[]): string =>
      `[${[...new Set(list)].map((p) => `p${p}`).join(", ")}]`;
    return `
zone: example.com.
soa: { mname: ns1.example.com., rname: hostmaster.example.com., minimum: 5 }
healthchecks: { web: { protocol: TCP, port: 443 } }
datacenters:
  fra: { geo: EU-DE, coords: [50.1, 8.7] }
  ams: { geo: EU-NL, coords: [52.4, 4.9] }
  iad: { geo: NA-US-VA, coords: [38.9, -77.4], bias: 20 }
  sin: { geo: AS-SG, coords: [1.3, 103.9] }
networks:
  20.0.0.0/8: { geo: EU-DE, coords: [48.1, 11.6] }
  20.1.0.0/16: { geo: NA-US, coords: [40.7, -74.0] }
  30.0.0.0/9: { geo: AS-SG }
  2001:db8::/32: { geo: EU-FR }
pools:
${written.join("\n")}
records:
  "": { type: NS, values: [ns1.example.com., ns2.example.net.] }
  ns1: { type: A, value: 192.0.2.53 }
  www:
    type: [A, AAAA]
    ttl: 30
${answers === undefined ? "" : `    answers: ${answers}`}
${all_down === undefined ? "" : `    all_down: ${all_down}`}
    dynamic: { ${dynamic} rules: [{ ${rule}, pool: ${pick(first)} }, { pool: ${pick(rest)} }] }
`;
  });

/** What happens, one after the other. */
export interface Happening {
  readonly down: readonly string[];
  readonly overrides: Overrides;
  /** Milliseconds that pass before. */
  readonly after: number;
  readonly failback: string | undefined;
}

export const happenings: fc.Arbitrary<readonly Happening[]> = fc.array(
  fc.record({
    down: fc.subarray([...ALL_ADDRESSES]),
    overrides: fc
      .array(
        fc.tuple(
          fc.constantFrom(...ALL_ADDRESSES, "p1", "p2"),
          fc.constantFrom("drain", "down", "up"),
        ),
        { maxLength: 2 },
      )
      .map(overridesOf),
    after: fc.constantFrom(0, 1500, 10_000, 40_000),
    failback: rarely("p0", "p1"),
  }),
  { minLength: 1, maxLength: 5 },
);

/** Names are those of pools or values; the last that fits wins. */
export function overridesOf(
  list: readonly (readonly [name: string, action: "drain" | "down" | "up"])[],
): Overrides {
  return {
    find(_, { name }, { text }) {
      const order = list.findLastIndex(([matched]) => matched === name || matched === text);
      const found = list[order];
      return found && { action: found[1], order, by: "a test", reason: undefined };
    },
  };
}

/** No two pools have a value in common: a pool may stand in any other. */
function addressOf(pool: number, place: number): string {
  return place > 60 ? `2001:db8:${pool}::${place}` : `198.51.100.${pool * 10 + place}`;
}

function writeMember(
  what: string,
  { weight, dc, status }: { weight: number; dc?: string | undefined; status?: string | undefined },
  isValue: boolean,
): string {
  return `{ ${what}, ${writeSettings({ weight, dc: isValue ? dc : undefined, status })} }`;
}

function writeSettings(settings: Readonly<Record<string, string | number | undefined>>): string {
  return Object.entries(settings)
    .filter(([, setting]) => setting !== undefined)
    .map(([key, setting]) => `${key}: ${setting}, `)
    .join("");
}
