import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addressOctets } from "../../test/support/packet.ts";
import { parsePrefix } from "../address/parse.ts";
import type { RateLimitSettings } from "./answer-settings.ts";
import { RATE_TABLE_OCTETS, RateLimiter, RESPONSE_KIND } from "./rate-limiter.ts";

const { answer, nxdomain, error } = RESPONSE_KIND;
const ZONE = 0x12345678;

interface Asked {
  readonly kind?: number;
  readonly zone?: number;
  readonly node?: number;
  readonly type?: number;
  readonly source?: string;
}

interface Limiter {
  /** Asks many times at the present moment. @returns how many were ok, sent short and dropped */
  ask(times: number, asked?: Asked): [number, number, number];
  /** Milliseconds. */
  now: number;
}

function createLimiter(settings: Partial<RateLimitSettings> = {}): Limiter {
  const limiter = new RateLimiter({
    rates: [10, 10, 10, 10, 10],
    windowSeconds: 15,
    slip: 2,
    prefix4: 24,
    prefix6: 56,
    exempt: [],
    isLogOnly: false,
    key: [0x1234567, -0x7654321],
    table: new SharedArrayBuffer(RATE_TABLE_OCTETS),
    ...settings,
  });
  const made: Limiter = {
    now: 5000,
    ask: (times, asked = {}) => {
      const { kind = answer, zone = ZONE, node = 7, type = 1, source = "192.0.2.1" } = asked;
      const octets = new Uint8Array(16);
      octets.set(addressOctets(source));
      const family = source.includes(":") ? 6 : 4;
      const seen: [number, number, number] = [0, 0, 0];
      for (let i = 0; i < times; i++) {
        seen[limiter.judge(kind, zone, node, type, octets, family, made.now)]!++;
      }
      return seen;
    },
  };
  return made;
}

describe("judge()", () => {
  it("lets a second's worth through at once, then what the rate gives back", () => {
    const limiter = createLimiter();
    expect(limiter.ask(10)).toEqual([10, 0, 0]);
    limiter.now += 500;
    expect(limiter.ask(5)).toEqual([5, 0, 0]);
    expect(limiter.ask(1)).toEqual([0, 0, 1]);
    limiter.now += 100_000;
    expect(limiter.ask(20)).toEqual([10, 5, 5]);
  });

  it("answers at most half of a flood of 4000 queries a second, and as soon as it ends, the rate again", () => {
    const limiter = createLimiter();
    const flood: [number, number, number] = [0, 0, 0];
    for (let i = 0; i < 40_000; i++) {
      limiter.now = 5000 + i / 4;
      const source = `192.0.2.${1 + (i % 8)}`;
      limiter.ask(1, { source }).forEach((count, rate) => {
        flood[rate]! += count;
      });
    }
    const [ok, slipped, dropped] = flood;
    expect(ok).toBe(10);
    expect(slipped).toBe(dropped);
    // No longer than the window, however long the flood was.
    limiter.now += 14_000;
    expect(limiter.ask(1)[0]).toBe(0);
    limiter.now += 2000;
    expect(limiter.ask(1)[0]).toBe(1);
  });

  it("slips every so manieth, or none, or all", () => {
    expect(createLimiter({ slip: 1 }).ask(110)).toEqual([10, 100, 0]);
    expect(createLimiter({ slip: 3 }).ask(110)).toEqual([10, 33, 67]);
    expect(createLimiter({ slip: 10 }).ask(110)).toEqual([10, 10, 90]);
    expect(createLimiter({ slip: 0 }).ask(110)).toEqual([10, 0, 100]);
  });

  it("counts networks apart, not the clients in them", () => {
    const limiter = createLimiter();
    limiter.ask(1000, { source: "192.0.2.1" });
    expect(limiter.ask(1, { source: "192.0.2.254" })[0]).toBe(0);
    expect(limiter.ask(10, { source: "192.0.3.1" })).toEqual([10, 0, 0]);
    limiter.ask(1000, { source: "2001:db8:0:aa00::1" });
    expect(limiter.ask(1, { source: "2001:db8:0:aaff:1::" })[0]).toBe(0);
    expect(limiter.ask(10, { source: "2001:db8:0:ab00::1" })).toEqual([10, 0, 0]);
    // The same first octets, and another family.
    limiter.ask(1000, { source: "32.1.13.184" });
    expect(limiter.ask(10, { source: "2001:db8::" })).toEqual([10, 0, 0]);
  });

  it.each([
    [32, "192.0.2.1", "192.0.2.2", 64, "2001:db8::1", "2001:db8:0:1::1"],
    [8, "192.0.2.1", "193.0.2.1", 32, "2001:db8::1", "2001:db9::1"],
    [16, "192.0.2.1", "192.1.2.1", 16, "2001:db8::1", "2002:db8::1"],
  ] as const)("tells networks of %d bits apart", (prefix4, one4, two4, prefix6, one6, two6) => {
    const limiter = createLimiter({ prefix4, prefix6 });
    for (const [source, other] of [
      [one4, two4],
      [one6, two6],
    ] as const) {
      limiter.ask(1000, { source });
      expect(limiter.ask(10, { source: other })).toEqual([10, 0, 0]);
    }
  });

  it("counts kinds, zones, names and types apart, each with its own rate", () => {
    const limiter = createLimiter({ rates: [10, 10, 10, 3, 0] });
    limiter.ask(1000);
    for (const asked of [{ kind: 1 }, { zone: 1 }, { node: 8 }, { type: 28 }]) {
      expect(limiter.ask(10, asked)).toEqual([10, 0, 0]);
    }
    expect(limiter.ask(7, { kind: nxdomain })).toEqual([3, 2, 2]);
    expect(limiter.ask(1000, { kind: error })).toEqual([1000, 0, 0]);
  });

  it("spares exempt networks, IPv4 and IPv6", () => {
    const exempt = [parsePrefix("192.0.2.128/25")!, parsePrefix("2001:db8::/32")!];
    const limiter = createLimiter({ exempt });
    expect(limiter.ask(100, { source: "192.0.2.129" })).toEqual([100, 0, 0]);
    expect(limiter.ask(100, { source: "2001:db8::1" })).toEqual([100, 0, 0]);
    expect(limiter.ask(1, { source: "192.0.2.1" })[0]).toBe(0);
  });

  it("goes on when 32 bits of milliseconds are over, and after weeks of silence", () => {
    const limiter = createLimiter();
    limiter.now = 2 ** 32 - 500;
    limiter.ask(10);
    expect(limiter.ask(1)[0]).toBe(0);
    limiter.now = 2 ** 32 + 500;
    expect(limiter.ask(9)).toEqual([9, 0, 0]);
    for (const days of [20, 30, 45]) {
      limiter.ask(10_000);
      limiter.now += days * 86_400_000;
      expect(limiter.ask(10)).toEqual([10, 0, 0]);
    }
  });

  it("gives nothing back to a thread whose clock is a little behind", () => {
    const limiter = createLimiter();
    limiter.ask(1000);
    limiter.now -= 50;
    expect(limiter.ask(10)[0]).toBe(0);
  });

  it("is one for all threads: they see each other's counts", () => {
    const table = new SharedArrayBuffer(RATE_TABLE_OCTETS);
    const [one, two] = [createLimiter({ table }), createLimiter({ table })];
    expect([one.ask(6)[0], two.ask(6)[0]]).toEqual([6, 4]);
  });

  it("never exceeds the rate over any second, whatever the pattern", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(2000), fc.integer({ min: 1, max: 30 })), { maxLength: 40 }),
        (bursts) => {
          const limiter = createLimiter({ slip: 0 });
          const start = limiter.now;
          let ok = 0;
          for (const [pause, times] of bursts) {
            limiter.now += pause;
            ok += limiter.ask(times)[0];
          }
          expect(ok).toBeLessThanOrEqual(10 + ((limiter.now - start) * 10) / 1000);
        },
      ),
    );
  });
});

describe("the table", () => {
  it("is smaller than 8 MB, and nobody is limited for somebody else", () => {
    expect(RATE_TABLE_OCTETS).toBeLessThanOrEqual(8_000_000);
    const limiter = createLimiter();
    let limited = 0;
    // All within the time that an entry matters.
    for (let i = 0; i < 200_000; i++) {
      limiter.now = 5000 + i / 1000;
      const source = `${1 + (i & 0x7f)}.${(i >> 7) & 0xff}.${(i >> 15) & 0xff}.1`;
      if (limiter.ask(1, { source })[0] === 0) limited++;
    }
    expect(limited).toBe(0);
  });

  it("hardly ever forgets a limited network for others, as long as it is not full", () => {
    const limiter = createLimiter();
    const networks = Array.from({ length: 65_536 }, (_, i) => `10.${i >> 8}.${i & 0xff}.1`);
    for (const source of networks) limiter.ask(11, { source });
    const limited = networks.filter((source) => limiter.ask(1, { source })[0] === 0);
    expect(limited.length).toBeGreaterThan(65_400);
  });
});
