import { describe, expect, it } from "vitest";
import { addressOctets, fromHex } from "../../test/support/packet.ts";
import { COOKIE, CookieJar } from "./cookie-jar.ts";
import { createCookieSecrets, replaceCookieSecrets } from "./cookie-secrets.ts";

const SECRET = fromHex("e5e973e5a6b2a43f48e7dc849e37bfcf");
const ROLLED = fromHex("dd3bdf9344b678b185a6f5cb60fca715");
const NEWER = fromHex("445536bcd2513298075a5d379663c962");

interface Jar {
  /** Checks the content of a cookie option, in hexadecimal. */
  check(content: string, source?: string): number;
  /** The server cookie for the client that was checked last, in hexadecimal. */
  readonly server: string;
  /** Seconds since 1970. */
  now: number;
  roll(...secrets: Uint8Array[]): void;
}

function createJar(now: number, ...secrets: Uint8Array[]): Jar {
  const shared = createCookieSecrets(secrets);
  const settings = { secrets: shared, isRequired: false, limitWithout: 1232 };
  const jar = new CookieJar(settings, () => made.now * 1000 + 999);
  const made: Jar = {
    now,
    check: (content, source = "198.51.100.100") => {
      const octets = fromHex(content);
      const address = new Uint8Array(16);
      address.set(addressOctets(source));
      const family = source.includes(":") ? 6 : 4;
      // Not at the start, as it never is.
      const query = Uint8Array.of(1, 2, 3, ...octets);
      return jar.check(query, 3, octets.length, address, family, made.now * 1000);
    },
    get server() {
      return Buffer.from(jar.serverCookie).toString("hex");
    },
    roll: (...next) => replaceCookieSecrets(shared, next),
  };
  return made;
}

describe("the examples of RFC 9018 appendix A", () => {
  it("A.1: a new client learns a server cookie", () => {
    const jar = createJar(1559731985, SECRET);
    expect(jar.check("2464c4abcf10c957")).toBe(COOKIE.fresh);
    expect(jar.server).toBe("010000005cf79f111f8130c3eee29480");
  });
  it("A.2: after forty minutes it gets another", () => {
    const jar = createJar(1559734385, SECRET);
    const shown = "2464c4abcf10c957 010000005cf79f111f8130c3eee29480";
    expect(jar.check(shown)).toBe(COOKIE.good);
    expect(jar.server).toBe("010000005cf7a871d4a564a1442aca77");
  });
  it("A.3: reserved octets are hashed as they are, and zero in the cookie that is made", () => {
    const shown = "fc93fc62807ddb86 01abcdef5cf78f71a314227b6679ebf5";
    const jar = createJar(1559727985, SECRET);
    expect(jar.check(shown, "203.0.113.203")).toBe(COOKIE.good);
    jar.now = 1559734700;
    expect(jar.check(shown, "203.0.113.203")).toBe(COOKIE.bad);
    expect(jar.server).toBe("010000005cf7a9acf73a7810aca2381e");
  });
  it("A.4: an IPv6 client shows a cookie of the secret before", () => {
    const jar = createJar(1559741961, NEWER, ROLLED);
    const client = "2001:db8:220:1:59de:d0f4:8769:82b8";
    const shown = "22681ab97d52c298 010000005cf7c57926556bd0934c72f8";
    expect(jar.check(shown, client)).toBe(COOKIE.good);
    expect(jar.server).toBe("010000005cf7c609a6bb79d16625507a");
  });
});

const CLIENT = "0102030405060708";
const NOW = 1_700_000_000;

function cookieMadeAt(now: number): string {
  const jar = createJar(now, SECRET);
  jar.check(CLIENT);
  return CLIENT + jar.server;
}

describe("check()", () => {
  it("accepts a cookie for an hour, and from clocks that are five minutes ahead", () => {
    const jar = createJar(NOW, SECRET);
    const verdicts = [-3601, -3600, -1, 0, 300, 301].map((ago) =>
      jar.check(cookieMadeAt(NOW + ago)),
    );
    const { good, bad } = COOKIE;
    expect(verdicts).toEqual([bad, good, good, good, good, bad]);
  });

  it("reads the wall clock no more often than ten times a second, however the other one wraps", () => {
    const secrets = createCookieSecrets([SECRET]);
    let reads = 0;
    const jar = new CookieJar({ secrets, isRequired: false, limitWithout: 1232 }, () => {
      reads += 1;
      return NOW * 1000;
    });
    const askAt = (now: number): number =>
      jar.check(fromHex(CLIENT), 0, CLIENT.length / 2, addressOctets("198.51.100.1"), 4, now);
    const start = 2 ** 31 - 250;
    for (let now = start; now < start + 1000; now += 0.5) askAt(now);
    for (let now = start + 1000; now < start + 2000; now++) askAt(now | 0);
    expect(reads).toBe(20);
    // A thread that is a moment behind.
    askAt((start + 1990) | 0);
    askAt((start + 1500) | 0);
    expect(reads).toBe(21);
  });

  it("gives the same cookie back for half an hour, then a new one", () => {
    const shown = cookieMadeAt(NOW);
    const jar = createJar(NOW + 1800, SECRET);
    expect([jar.check(shown), CLIENT + jar.server]).toEqual([COOKIE.good, shown]);
    jar.now += 1;
    expect(jar.check(shown)).toBe(COOKIE.good);
    expect(CLIENT + jar.server).toBe(cookieMadeAt(NOW + 1801));
  });

  it.each([2 ** 31, 2 ** 32, 2 ** 32 + 2 ** 31, 2 ** 33])("goes on over second %d", (turn) => {
    const jar = createJar(turn, SECRET);
    for (const now of [turn - 2, turn - 1, turn, turn + 1, turn + 1799]) {
      jar.now = now;
      expect(jar.check(cookieMadeAt(now))).toBe(COOKIE.good);
      expect(jar.check(cookieMadeAt(turn - 2))).toBe(COOKIE.good);
      expect(jar.check(cookieMadeAt(now - 3601))).toBe(COOKIE.bad);
    }
  });

  it("takes no cookie of another client, address, secret, version or length, and none that was changed", () => {
    const jar = createJar(NOW, SECRET);
    const shown = cookieMadeAt(NOW);
    expect(jar.check(shown, "198.51.100.101")).toBe(COOKIE.bad);
    expect(jar.check(shown, "c633:6464::")).toBe(COOKIE.bad);
    expect(jar.check(`ff${shown.slice(2)}`)).toBe(COOKIE.bad);
    expect(jar.check(`${CLIENT}02${shown.slice(18)}`)).toBe(COOKIE.bad);
    expect(jar.check(`${shown}00`)).toBe(COOKIE.bad);
    expect(jar.check(shown.slice(0, 40))).toBe(COOKIE.bad);
    for (let octet = 0; octet < 24; octet++) {
      const changed = fromHex(shown);
      changed[octet]! ^= 1 << (octet % 8);
      expect(jar.check(Buffer.from(changed).toString("hex"))).toBe(COOKIE.bad);
    }
    expect(createJar(NOW, ROLLED).check(shown)).toBe(COOKIE.bad);
    expect(jar.check(shown)).toBe(COOKIE.good);
  });

  it("follows a change of secrets at once: the old one verifies, the first makes", () => {
    const jar = createJar(NOW, SECRET);
    const shown = cookieMadeAt(NOW);
    jar.roll(NEWER, SECRET);
    expect(jar.check(shown)).toBe(COOKIE.good);
    const next = CLIENT + jar.server;
    expect(next).not.toBe(shown);
    expect([jar.check(next), CLIENT + jar.server]).toEqual([COOKIE.good, next]);
    jar.roll(NEWER);
    expect([jar.check(shown), jar.check(next)]).toEqual([COOKIE.bad, COOKIE.good]);
  });

  it("is the same on every server with the secret", () => {
    const [one, two] = [createJar(NOW, SECRET), createJar(NOW, ROLLED, SECRET)];
    one.check(CLIENT);
    expect(two.check(CLIENT + one.server)).toBe(COOKIE.good);
  });
});
