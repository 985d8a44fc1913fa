import { describe, expect, it } from "vitest";
import { type InProcess, serveInProcess } from "../../test/support/in-process.ts";
import { type Message, readMessage } from "../../test/support/message.ts";
import { concat, header, opt, option, type QueryFields, query } from "../../test/support/packet.ts";
import { DEFAULT_ANSWER_SETTINGS, type RateLimitSettings } from "./answer-settings.ts";
import { createCookieSecrets } from "./cookie-secrets.ts";
import { COUNTER } from "./counters.ts";
import { RATE_TABLE_OCTETS, RESPONSE_KIND } from "./rate-limiter.ts";

const ZONES = {
  "z.yaml": `
zone: example.com.
records:
  www: { type: [A, AAAA], values: [192.0.2.1, 192.0.2.2, "2001:db8::1"] }
  other: { type: A, value: 192.0.2.3 }
  "*.wild": { type: A, value: 192.0.2.4 }
  sub: { type: NS, values: [ns.sub.example.com.] }
  ns.sub: { type: A, value: 192.0.2.60 }
`,
  "n.yaml": "zone: example.net.\nrecords: { www: { type: A, value: 192.0.2.1 } }\n",
};
const RATE = 10;

function serve(settings: Partial<RateLimitSettings> = {}): InProcess {
  return serveInProcess(ZONES, undefined, {
    ...DEFAULT_ANSWER_SETTINGS,
    cookies: {
      secrets: createCookieSecrets([new Uint8Array(16).fill(7)]),
      isRequired: false,
      limitWithout: 1232,
    },
    rateLimit: {
      rates: [RATE, RATE, RATE, RATE, RATE],
      windowSeconds: 15,
      slip: 2,
      prefix4: 24,
      prefix6: 56,
      exempt: [],
      isLogOnly: false,
      key: [1, 2],
      table: new SharedArrayBuffer(RATE_TABLE_OCTETS),
      ...settings,
    },
  });
}

/** How often which kind of response came; `silence` for none. */
function flood(
  server: InProcess,
  times: number,
  fields: (i: number) => QueryFields,
  transport: "udp" | "tcp" = "udp",
): Record<string, number> {
  const seen: Record<string, number> = {};
  for (let i = 0; i < times; i++) {
    const reply = server.ask(query(fields(i)), transport);
    const outcome = reply === undefined ? "silence" : outcomeOf(readMessage(reply));
    seen[outcome] = (seen[outcome] ?? 0) + 1;
  }
  return seen;
}

function outcomeOf({ rcode, flags, answer, authority, additional }: Message): string {
  const records = answer.length + authority.length + additional.length;
  return `${rcode}${flags.includes("tc") ? " tc" : ""}${records > 0 ? " with records" : ""}`;
}

const WWW: QueryFields = { name: "www.example.com" };

describe("respond() under a rate limit", () => {
  it("answers the rate; of the rest half is truncated and empty, half is silence", () => {
    expect(flood(serve(), 110, () => WWW)).toEqual({
      "NOERROR with records": 10,
      "NOERROR tc": 50,
      silence: 50,
    });
  });

  it("counts one name and type, not its neighbours", () => {
    const server = serve();
    flood(server, 100, () => WWW);
    for (const fields of [{ name: "other.example.com" }, { ...WWW, type: "AAAA" }]) {
      expect(flood(server, 10, () => fields)).toEqual({ "NOERROR with records": 10 });
    }
    expect(flood(server, 10, () => ({ name: "www.example.net" }))).toEqual({
      "NOERROR with records": 10,
    });
  });

  it("takes all that does not exist in a zone for one, and that for no error", () => {
    const server = serve();
    expect(flood(server, 110, (i) => ({ name: `x${i}.example.com` }))).toEqual({
      "NXDOMAIN with records": 10,
      "NOERROR tc": 50,
      silence: 50,
    });
    expect(flood(server, 10, () => ({ name: "nope.example.net" }))).toEqual({
      "NXDOMAIN with records": 10,
    });
    expect(flood(server, 10, () => WWW)).toEqual({ "NOERROR with records": 10 });
  });

  it("takes all answers of a wildcard for those of one name", () => {
    expect(flood(serve(), 110, (i) => ({ name: `x${i}.wild.example.com` }))).toEqual({
      "NOERROR with records": 10,
      "NOERROR tc": 50,
      silence: 50,
    });
  });

  it("takes all below a delegation for one referral, and the empty answers of a name for one", () => {
    const server = serve();
    for (const fields of [
      (i: number) => ({ name: `x${i}.sub.example.com` }),
      (i: number) => ({ ...WWW, type: 1000 + i }),
    ]) {
      expect(flood(server, 110, fields)).toEqual({
        "NOERROR with records": 10,
        "NOERROR tc": 50,
        silence: 50,
      });
    }
  });

  it("lets errors leak: half of them, none truncated, all of them together", () => {
    const fields = (i: number): QueryFields =>
      i % 2 === 0 ? { name: `x${i}.example.org` } : { ...WWW, opcode: 2 };
    const seen = flood(serve(), 1000, fields);
    expect(seen.silence).toBe(495);
    expect(seen.REFUSED! + seen.NOTIMP!).toBe(505);
  });

  it("never sends out more than came in, refusals with EDNS included", () => {
    for (const name of ["www.example.com", "nope.example.com", "www.example.org"]) {
      const server = serve();
      const packet = query({ name, edns: {} });
      let [octetsIn, octetsOut] = [0, 0];
      for (let i = 0; i < 4000; i++) {
        octetsIn += packet.length;
        octetsOut += server.ask(packet, "udp")?.length ?? 0;
      }
      expect(octetsOut / octetsIn).toBeLessThanOrEqual(0.51);
    }
  });

  it("limits nobody over TCP, and nobody who shows a good cookie", () => {
    const server = serve();
    expect(flood(server, 100, () => WWW, "tcp")).toEqual({ "NOERROR with records": 100 });
    const client = new Uint8Array(8).fill(1);
    const withCookie = (cookie: Uint8Array): QueryFields => ({
      ...WWW,
      edns: { options: [option(10, cookie)] },
    });
    const first = readMessage(server.ask(query(withCookie(client)), "udp")!);
    const good = first.edns!.options[0]!.data;
    expect(flood(server, 100, () => withCookie(good))).toEqual({ "NOERROR with records": 100 });
    // With a bad one, or none yet, BADCOOKIE says what to show the next time.
    const forged = concat(client, new Uint8Array(16).fill(9));
    expect(flood(server, 109, () => withCookie(forged))).toEqual({
      "NOERROR with records": 9,
      BADCOOKIE: 50,
      silence: 50,
    });
    expect(flood(server, 2, () => withCookie(client))).toEqual({ BADCOOKIE: 1, silence: 1 });
  });

  it("limits those who only ask for cookies as it does errors", () => {
    const server = serve();
    const cookie = option(10, new Uint8Array(8).fill(1));
    const packet = concat(header({ ar: 1 }), opt({ options: [cookie] }));
    const replies = Array.from({ length: 110 }, () => server.ask(packet, "udp"));
    const sent = replies.filter((reply) => reply !== undefined);
    expect(sent.length).toBe(60);
    for (const reply of sent) expect(readMessage(reply).rcode).toBe("NOERROR");
  });

  it("counts by kind what it limits, and with log_only what it would", () => {
    for (const isLogOnly of [false, true]) {
      const server = serve({ isLogOnly });
      const seen = flood(server, 110, (i) => ({ name: `x${i}.example.com` }));
      const { counters } = server.context;
      expect(counters[COUNTER.slipped + RESPONSE_KIND.nxdomain]).toBe(50);
      expect(counters[COUNTER.dropped + RESPONSE_KIND.nxdomain]).toBe(50);
      expect(counters[COUNTER.responses]).toBe(isLogOnly ? 110 : 60);
      if (isLogOnly) expect(seen).toEqual({ "NXDOMAIN with records": 110 });
    }
  });

  it("forgets a flood as time goes by", () => {
    const server = serve();
    flood(server, 1000, () => WWW);
    server.time.now += 17_000;
    expect(flood(server, 10, () => WWW)).toEqual({ "NOERROR with records": 10 });
  });
});
