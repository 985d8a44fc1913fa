import { describe, expect, it } from "vitest";
import { createFakeClock, type FakeClock } from "../../test/support/fake-clock.ts";
import { geoTable } from "../../test/support/geo.ts";
import { name } from "../../test/support/packet.ts";
import { zoneOf } from "../../test/support/zone-issues.ts";
import type { Publication } from "../image/publication.ts";
import { prepareZone } from "../loader/prepare-zone.ts";
import type { Log } from "../log/log.ts";
import { silentLog } from "../log/log.ts";
import type { Resolved } from "../resolver/stub-resolver.ts";
import { formatName } from "../wire/name.ts";
import { formatType } from "../wire/rr-types.ts";
import { Aliases } from "./aliases.ts";
import { ControlPlane } from "./control-plane.ts";
import { collectHealthTargets } from "./health-targets.ts";
import { SteeringMemory } from "./memory.ts";
import type { SavedTarget } from "./saved-targets.ts";

const NS = "{ type: NS, values: [a.example.org., b.example.org.] }";
const [ONE, TWO] = [Uint8Array.of(192, 0, 2, 1), Uint8Array.of(192, 0, 2, 2)];
const NONE: Resolved = { kind: "none", ttl: 30 };

interface World {
  readonly plane: ControlPlane;
  readonly aliases: Aliases;
  readonly clock: FakeClock;
  readonly publications: Publication[];
  readonly asked: string[];
  readonly logged: string[];
  /** By name and type; nothing else exists. */
  readonly answers: Map<string, Resolved>;
  load(apex: string, records: string): void;
  pass(ms: number): Promise<void>;
  /** What everybody gets of a name and type. */
  answerOf(owner: string, type: string): string;
}

function create({
  remembered = [],
  isAsking = true,
}: {
  remembered?: readonly SavedTarget[];
  isAsking?: boolean;
} = {}): World {
  const clock = createFakeClock();
  const publications: Publication[] = [];
  const asked: string[] = [];
  const logged: string[] = [];
  const answers = new Map<string, Resolved>();
  const log: Log = { ...silentLog, error: (_, message) => logged.push(message) };
  const memory = new SteeringMemory({ log: silentLog, onChange: () => {} });
  const plane: ControlPlane = new ControlPlane({
    publish: (publication) => publications.push(publication),
    log: silentLog,
    clock,
    memory,
    fillPools: (zone) => aliases.fill(zone),
    onZones: () => aliases.follow(),
  });
  const aliases: Aliases = new Aliases({
    resolver: isAsking
      ? {
          resolve: async (target, type) => {
            const key = `${formatName(target)} ${formatType(type)}`;
            asked.push(key);
            return answers.get(key) ?? NONE;
          },
          close: () => {},
        }
      : undefined,
    clock,
    random: () => 0,
    log,
    remembered,
    zones: () => plane.zones,
    replacePools: (zones) => plane.replacePools(zones),
    onChange: () => {},
  });
  return {
    plane,
    aliases,
    clock,
    publications,
    asked,
    logged,
    answers,
    load: (apex, records) => {
      const text = `zone: ${apex}\nrecords:\n  "":\n    - ${NS}\n${records}`;
      plane.serve([prepareZone(zoneOf(text), geoTable({}), 0)]);
    },
    async pass(ms) {
      for (let left = ms; left >= 0; left -= 100) {
        clock.advance(Math.min(100, left));
        await Promise.resolve();
        await Promise.resolve();
      }
    },
    answerOf: (owner, type) => {
      const one = plane.steering.find(
        ({ plan, names }) =>
          formatType(plan.rrset.type) === type &&
          names.some((each) => formatName(each.owner) === owner),
      );
      const [set] = one!.sets;
      if (set === undefined || typeof set === "string") return String(set);
      return `${set.rdata.map((octets) => octets.join(".")).join(" ")} for ${set.ttl} s`;
    },
  };
}

const ALIAS = "    - { type: ALIAS, ttl: 60, value: www.example.net. }\n";

describe("Aliases", () => {
  it("serves what a resolver says of a target outside, without compiling the zone anew", async () => {
    const world = create();
    world.answers.set("www.example.net. A", { kind: "records", rdata: [ONE, TWO], ttl: 20 });
    world.load("example.com.", ALIAS);
    expect(world.answerOf("example.com.", "A")).toBe("servfail");
    const { length } = world.publications;
    await world.pass(300);
    expect(world.asked).toEqual(["www.example.net. A", "www.example.net. AAAA"]);
    expect(world.answerOf("example.com.", "A")).toBe("192.0.2.1 192.0.2.2 for 20 s");
    expect(world.answerOf("example.com.", "AAAA")).toBe("nodata");
    const later = world.publications.slice(length);
    expect(later).toHaveLength(1);
    expect(later[0]).toMatchObject({ segments: [], maps: [], index: undefined });
  });

  it("never gives a TTL above the record's own", async () => {
    const world = create();
    world.answers.set("www.example.net. A", { kind: "records", rdata: [ONE], ttl: 7200 });
    world.load("example.com.", ALIAS);
    await world.pass(300);
    expect(world.answerOf("example.com.", "A")).toBe("192.0.2.1 for 60 s");
  });

  it("publishes when the addresses change, and only then", async () => {
    const world = create();
    world.answers.set("www.example.net. A", { kind: "records", rdata: [ONE], ttl: 20 });
    world.load("example.com.", ALIAS);
    await world.pass(300);
    const { length } = world.publications;
    await world.pass(65_000);
    expect(world.asked.length).toBeGreaterThan(4);
    expect(world.publications).toHaveLength(length);
    world.answers.set("www.example.net. A", { kind: "records", rdata: [TWO], ttl: 20 });
    await world.pass(21_000);
    expect(world.publications).toHaveLength(length + 1);
    expect(world.answerOf("example.com.", "A")).toBe("192.0.2.2 for 20 s");
  });

  it("has the addresses checked if the record says so, and leaves out what is down", async () => {
    const world = create();
    world.answers.set("www.example.net. A", {
      kind: "records",
      rdata: [ONE, TWO, Uint8Array.of(169, 254, 169, 254)],
      ttl: 20,
    });
    const check = "{ protocol: TCP, port: 443, fall: 1 }";
    world.load(
      "example.com.",
      `    - { type: ALIAS, ttl: 60, value: www.example.net., healthcheck: ${check} }\n`,
    );
    await world.pass(300);
    const { targets } = collectHealthTargets(world.plane.zones.map(({ zone }) => zone));
    // Addresses that hand out secrets are not even connected to.
    expect(targets.map(({ address, port }) => `${address}:${port}`)).toEqual([
      "192.0.2.1:443",
      "192.0.2.2:443",
    ]);
    const down = (...keys: string[]): void =>
      world.plane.setHealth({
        targets: new Map(
          keys.map((key) => [
            key,
            {
              verdict: "down",
              suspect: false,
              held: false,
              blind: false,
              stale: false,
              since: 0,
              lastError: "refused",
            },
          ]),
        ),
      });
    down(targets[0]!.key);
    expect(world.answerOf("example.com.", "A")).toBe("192.0.2.2 169.254.169.254 for 20 s");
    // An address that comes anew takes part at once; one that is down stays out.
    world.answers.set("www.example.net. A", { kind: "records", rdata: [ONE], ttl: 20 });
    await world.pass(21_000);
    expect(world.answerOf("example.com.", "A")).toMatch(/^192\.0\.2\.1 for 5 s$/);
  });

  it("asks for nothing that is here, and begins when it no longer is", async () => {
    const world = create();
    world.load("example.net.", "  www: { type: A, value: 192.0.2.9 }\n");
    world.load("example.com.", ALIAS);
    await world.pass(1000);
    expect(world.asked).toEqual([]);
    world.answers.set("www.example.net. A", { kind: "records", rdata: [ONE], ttl: 20 });
    world.plane.drop("example.net.");
    expect(world.answerOf("example.com.", "A")).toBe("servfail");
    await world.pass(300);
    expect(world.answerOf("example.com.", "A")).toBe("192.0.2.1 for 20 s");
    world.load("example.net.", "  www: { type: A, value: 192.0.2.9 }\n");
    const { length } = world.asked;
    await world.pass(60_000);
    expect(world.asked).toHaveLength(length);
    // What was said of it once is not what is there now.
    expect(world.plane.zones[0]!.zone.pools).toMatchObject([{ isFollowed: true, values: [] }]);
  });

  it("goes on with what is known when the zone is loaded again, and with what was known before a restart", async () => {
    const known = { rdata: [TWO], ttl: 30 };
    const remembered = [{ name: name("www.example.net."), type: 1, known }];
    const world = create({ remembered });
    world.load("example.com.", ALIAS);
    expect(world.answerOf("example.com.", "A")).toBe("192.0.2.2 for 30 s");
    world.answers.set("www.example.net. A", { kind: "records", rdata: [ONE], ttl: 20 });
    await world.pass(300);
    expect(world.aliases.export().map(({ type }) => type)).toEqual([1, 28]);
    world.load("example.com.", `${ALIAS}  x: { type: A, value: 192.0.2.7 }\n`);
    expect(world.answerOf("example.com.", "A")).toBe("192.0.2.1 for 20 s");
  });

  it("tells once of each target that nobody can be asked for", () => {
    const world = create({ isAsking: false });
    world.load("example.com.", ALIAS);
    world.load("example.org.", ALIAS);
    expect(world.logged).toHaveLength(1);
    expect(world.logged[0]).toContain("ALIAS records to www.example.net. fail");
    expect(world.answerOf("example.com.", "A")).toBe("servfail");
  });

  it("asks no more after it is closed", async () => {
    const world = create();
    world.load("example.com.", ALIAS);
    await world.pass(300);
    const { length } = world.asked;
    world.aliases.close();
    await world.pass(120_000);
    expect(world.asked).toHaveLength(length);
  });
});
