import { afterEach, describe, expect, it, vi } from "vitest";
import { serveInProcess } from "../../test/support/in-process.ts";
import { readMessage } from "../../test/support/message.ts";
import { query } from "../../test/support/packet.ts";
import { overridesOf } from "../../test/support/random-zone.ts";
import { AnswerSetCompiler } from "../image/answer-sets.ts";
import { SegmentChunks } from "../image/segment-chunks.ts";
import { NO_OVERRIDES } from "../steering/world.ts";

const EU = "198.51.100.1";
const NA = "203.0.113.1";

function serve(eu: string, www = "") {
  const text = `
zone: example.com.
soa: { mname: ns1.example.com., rname: hostmaster.example.com., minimum: 5 }
healthchecks: { web: { protocol: TCP, port: 443 } }
pools:
  eu: { healthcheck: web, fallback: na, ${eu} values: [${EU}, 198.51.100.2] }
  na: { healthcheck: web, values: [${NA}] }
records:
  "": { type: NS, values: [ns1.example.com., ns2.example.net.] }
  ns1: { type: A, value: 192.0.2.53 }
  www: { type: A, ${www} dynamic: { rules: [{ pool: eu }] } }
`;
  const files = { "example.com.yaml": text };
  const served = serveInProcess(files);
  const down = (...addresses: string[]): void =>
    served.mark(Object.fromEntries(addresses.map((address) => [address, "down" as const])));
  /** The records of the only class. */
  const answer = (): string => {
    const [set] = served.plane.steering[0]!.sets;
    if (set === undefined || typeof set === "string") return String(set);
    return set.rdata.map((rdata) => rdata.join(".")).join(" ");
  };
  const mode = (): string => served.plane.steering[0]!.modes[0]!;
  const reload = (): void => served.load(files);
  return { ...served, down, answer, mode, reload };
}

describe("ControlPlane", () => {
  it("goes back to a pool when its delay is over, without anything else happening", () => {
    const { down, answer, clock } = serve("failback: { delay: 30s },");
    down(EU, "198.51.100.2");
    expect(answer()).toBe(NA);
    down();
    clock.advance(29_900);
    expect(answer()).toBe(NA);
    clock.advance(100);
    expect(answer()).toBe(`${EU} 198.51.100.2`);
    expect(clock.pendingTimers()).toBe(0);
  });

  it("goes back by hand alone if the pool says so", () => {
    const { down, answer, clock, plane } = serve("failback: { manual: true },");
    down(EU, "198.51.100.2");
    down();
    clock.advance(1e9);
    expect(answer()).toBe(NA);
    expect(plane.failback("eu")).toHaveLength(1);
    expect(answer()).toBe(`${EU} 198.51.100.2`);
  });

  it("goes on with the pools that a process before it has left", () => {
    const { answer, clock, plane, down } = serve("failback: { delay: 30s },");
    const left = { zone: "example.com.", pool: "eu", type: 1, delayMs: 30_000, manual: false };
    down();
    expect(answer()).toBe(`${EU} 198.51.100.2`);
    plane.adoptFailbacks([{ ...left, serviceAgeMs: 10_000 }]);
    expect(answer()).toBe(NA);
    clock.advance(19_900);
    expect(answer()).toBe(NA);
    clock.advance(100);
    expect(answer()).toBe(`${EU} 198.51.100.2`);
  });

  it("leaves clients with a pool that had to answer while it was held back", () => {
    const { down, answer } = serve("failback: { manual: true },");
    down(EU, "198.51.100.2");
    expect(answer()).toBe(NA);
    down(NA);
    expect(answer()).toBe(`${EU} 198.51.100.2`);
    down();
    expect(answer()).toBe(`${EU} 198.51.100.2`);
  });

  it("raises the weight of a value that is back, step by step", () => {
    const { down, plane, clock } = serve("slow_start: 100s,");
    const cycle = (): number[] => {
      const [set] = plane.steering[0]!.sets;
      if (set === undefined || typeof set === "string") throw new Error("no records");
      const leads = [0, 0];
      if (set.cycle === undefined) return [1, 1];
      for (const lead of set.cycle) leads[lead]!++;
      return leads;
    };
    down(EU);
    down();
    expect(cycle()).toEqual([1, 100]);
    clock.advance(5000);
    expect(cycle()).toEqual([1, 20]);
    clock.advance(45_000);
    expect(cycle()).toEqual([1, 2]);
    clock.advance(50_000);
    expect(cycle()).toEqual([1, 1]);
    expect(clock.pendingTimers()).toBe(0);
  });

  it("does what operators say, and stops when they do", () => {
    const { answer, plane } = serve("");
    plane.setOverrides(overridesOf([["eu", "drain"]]));
    expect(answer()).toBe(NA);
    plane.setOverrides(NO_OVERRIDES);
    expect(answer()).toBe(`${EU} 198.51.100.2`);
  });

  it("publishes only what changes an answer", () => {
    const { plane, serving, down } = serve("");
    const { sets } = serving;
    plane.setOverrides(overridesOf([["198.51.100.77", "drain"]]));
    down(NA);
    expect(serving.sets).toBe(sets);
    down(EU);
    expect(serving.sets).not.toBe(sets);
  });

  it("answers what was healthy last over a reload, if all_down says so", () => {
    const { down, answer, mode, reload } = serve("", "ttl: 20, all_down: last,");
    down(EU);
    expect(answer()).toBe("198.51.100.2");
    down(EU, "198.51.100.2", NA);
    expect([answer(), mode()]).toEqual(["198.51.100.2", "all-down-last"]);
    reload();
    expect([answer(), mode()]).toEqual(["198.51.100.2", "all-down-last"]);
  });

  it("leaves its clock alone once it is closed", () => {
    const { down, plane, clock } = serve("failback: { delay: 30s },");
    down(EU, "198.51.100.2");
    down();
    expect(clock.pendingTimers()).toBe(1);
    plane.close();
    expect(clock.pendingTimers()).toBe(0);
  });
});

describe("ControlPlane.drop()", () => {
  const zoneText = (zone: string, address: string): string => `
zone: ${zone}
soa: { mname: ns1.example.net., rname: hostmaster.example.net. }
healthchecks: { web: { protocol: TCP, port: 443 } }
networks: { 127.0.0.0/8: { geo: EU-DE } }
pools: { eu: { healthcheck: web, failback: { delay: 30s }, fallback: na, values: [${address}] }, na: { values: [192.0.2.99] } }
records:
  "": { type: NS, values: [ns1.example.net., ns2.example.net.] }
  rr: { type: A, answers: 1, values: [192.0.2.1, 192.0.2.2] }
  www: { type: A, dynamic: { rules: [{ geos: [EU], pool: eu }, { pool: na }] } }
`;
  const serveTwo = () => {
    const served = serveInProcess({
      "example.com.yaml": zoneText("example.com.", "192.0.2.10"),
      "example.net.yaml": zoneText("example.net.", "192.0.2.20"),
    });
    const ask = (name: string): string => {
      const { rcode, answer } = readMessage(served.ask(query({ name }), "udp")!);
      return rcode === "NOERROR" ? answer.map(({ rdata }) => rdata).join() : rcode;
    };
    return { ...served, ask };
  };

  it("refuses the zone's names from then on, and leaves the others alone", () => {
    const { plane, ask } = serveTwo();
    plane.drop("example.com.");
    expect(["www.example.com", "rr.example.com", "example.com"].map(ask)).toEqual(
      Array(3).fill("REFUSED"),
    );
    expect(ask("www.example.net")).toBe("192.0.2.20");
    expect(plane.zones).toHaveLength(1);
    expect(plane.steering.map(({ zone }) => zone)).toEqual(
      plane.steering.map(() => plane.zones[0]!.zone),
    );
    plane.drop("example.org.");
    expect(ask("www.example.net")).toBe("192.0.2.20");
  });

  it("leaves the names to the zone above", () => {
    const { plane, ask, load } = serveTwo();
    load({ "sub.yaml": zoneText("sub.example.net.", "192.0.2.30") });
    expect(ask("www.sub.example.net")).toBe("192.0.2.30");
    plane.drop("sub.example.net.");
    expect(ask("www.sub.example.net")).toBe("NXDOMAIN");
  });

  it("forgets what the zone's pools waited for", () => {
    const { plane, mark, clock } = serveTwo();
    mark({ "192.0.2.10": "down" });
    mark({});
    expect(clock.pendingTimers()).toBe(1);
    plane.drop("example.com.");
    expect(clock.pendingTimers()).toBe(0);
    expect(plane.failback("eu")).toEqual([]);
  });

  it("frees all numbers, so that coming and going leaves nothing behind", () => {
    const { plane, serving, ask, load } = serveTwo();
    const [slots, maps] = [serving.rotationSlots, serving.maps.length];
    for (let i = 0; i < 5; i++) {
      plane.drop("example.com.");
      load({ "example.com.yaml": zoneText("example.com.", `192.0.2.${40 + i}`) });
      expect(ask("www.example.com")).toBe(`192.0.2.${40 + i}`);
    }
    expect([serving.rotationSlots, serving.maps.length]).toEqual([slots, maps]);
    expect(ask("www.example.net")).toBe("192.0.2.20");
  });

  it("frees a location map with its last user", () => {
    const { plane, serving } = serveTwo();
    const used = (): number => serving.maps.filter((map) => map !== undefined).length;
    const before = used();
    plane.drop("example.com.");
    plane.drop("example.net.");
    expect([before > 0, used()]).toEqual([true, 0]);
  });
});

describe("ControlPlane, when a publication fails,", () => {
  afterEach(() => void vi.restoreAllMocks());

  const zoneText = (zone: string, address: string, more = ""): string => `
zone: ${zone}
soa: { mname: ns1.example.org., rname: hostmaster.example.org. }
healthchecks: { web: { protocol: TCP, port: 443 } }
pools: { eu: { healthcheck: web, values: [${address}, 192.0.2.98] }, na: { values: [192.0.2.99] } }
records:
  "": { type: NS, values: [ns1.example.org., ns2.example.org.] }
  plain: { type: A, value: ${address} }
  ${more}
  www: { type: A, dynamic: { rules: [{ pool: eu }] } }
`;
  const COM = "example.com.yaml";
  const NET = "example.net.yaml";
  const MORE = "also: { type: A, dynamic: { rules: [{ pool: na }] } }";
  const serveOne = () => {
    const served = serveInProcess({
      [COM]: zoneText("example.com.", "192.0.2.10"),
      [NET]: zoneText("example.net.", "192.0.2.20"),
    });
    const ask = (name: string): string => {
      const { rcode, answer } = readMessage(served.ask(query({ name }), "udp")!);
      return rcode === "NOERROR" ? answer.map(({ rdata }) => rdata).join() : rcode;
    };
    return { ...served, ask };
  };
  const failOnce = (what: "compile" | "place"): void => {
    const error = new RangeError("Array buffer allocation failed");
    const fail = () => {
      throw error;
    };
    if (what === "compile") {
      vi.spyOn(AnswerSetCompiler.prototype, "compile").mockImplementationOnce(fail);
    } else vi.spyOn(SegmentChunks.prototype, "place").mockImplementationOnce(fail);
  };

  it.each(["compile", "place"] as const)(
    "answers as before, and by all that has changed after the next one (%s)",
    (what) => {
      const { ask, load, mark } = serveOne();
      failOnce(what);
      expect(() => load({ [COM]: zoneText("example.com.", "192.0.2.11", MORE) })).toThrow(
        "allocation failed",
      );
      expect(["plain.example.com", "also.example.com"].map(ask)).toEqual([
        "192.0.2.10",
        "NXDOMAIN",
      ]);
      // Something else, to which other zones matter.
      mark({ "192.0.2.20": "down", "192.0.2.11": "down" });
      expect(
        ["plain.example.com", "also.example.com", "www.example.com", "www.example.net"].map(ask),
      ).toEqual(["192.0.2.11", "192.0.2.99", "192.0.2.98", "192.0.2.98"]);
    },
  );

  it("tries again though nothing else happens, also what health has changed", () => {
    const { ask, load, mark, clock } = serveOne();
    failOnce("compile");
    expect(() => load({ "org.yaml": zoneText("example.org.", "192.0.2.30") })).toThrow();
    expect(ask("plain.example.org")).toBe("REFUSED");
    clock.advance(5000);
    expect(ask("plain.example.org")).toBe("192.0.2.30");
    failOnce("compile");
    mark({ "192.0.2.10": "down" });
    clock.advance(5000);
    expect(ask("www.example.com")).toBe("192.0.2.98");
    expect(clock.pendingTimers()).toBe(0);
  });
});
