import { describe, expect, it } from "vitest";
import { type InProcess, serveInProcess } from "../../test/support/in-process.ts";
import { type Message, readMessage } from "../../test/support/message.ts";
import { concat, header, opt, option, query } from "../../test/support/packet.ts";
import { type CookieSettings, DEFAULT_ANSWER_SETTINGS } from "./answer-settings.ts";
import { COOKIE } from "./cookie-jar.ts";
import { createCookieSecrets } from "./cookie-secrets.ts";
import { COUNTER } from "./counters.ts";

const ZONES = {
  "z.yaml": `
zone: example.com.
records:
  www: { type: A, value: 192.0.2.1 }
  long: { type: TXT, values: ["${"a".repeat(250)}", "${"b".repeat(250)}", "${"c".repeat(250)}"] }
`,
};
const CLIENT = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
const FORGED = concat(CLIENT, new Uint8Array(16));

function serve(settings: Partial<CookieSettings> = {}): InProcess {
  return serveInProcess(ZONES, undefined, {
    ...DEFAULT_ANSWER_SETTINGS,
    cookies: {
      secrets: createCookieSecrets([new Uint8Array(16).fill(7)]),
      isRequired: false,
      limitWithout: 1232,
      ...settings,
    },
  });
}

function ask(
  server: InProcess,
  cookie: Uint8Array | undefined,
  name = "www.example.com",
  transport: "udp" | "tcp" = "udp",
): Message {
  const options = cookie === undefined ? [] : [option(10, cookie)];
  const type = name.startsWith("long") ? "TXT" : "A";
  return readMessage(server.ask(query({ name, type, edns: { options } }), transport)!);
}

function cookieIn(message: Message): Uint8Array | undefined {
  return message.edns?.options.find(({ code }) => code === 10)?.data;
}

describe("respond() with cookies", () => {
  it("gives every client that knows cookies one of ours, with any answer", () => {
    const server = serve();
    for (const cookie of [CLIENT, FORGED, concat(CLIENT, new Uint8Array(32))]) {
      for (const name of ["www.example.com", "nope.example.com", "example.org"]) {
        const given = cookieIn(ask(server, cookie, name))!;
        expect([...given.subarray(0, 8)]).toEqual([...CLIENT]);
        expect(given).toHaveLength(24);
        // It is good for this client, which therefore gets it back.
        expect(cookieIn(ask(server, given, name))).toEqual(given);
      }
    }
    expect(cookieIn(ask(server, undefined))).toBeUndefined();
  });

  it("answers clients with bad cookies all the same, and counts", () => {
    const server = serve();
    const good = cookieIn(ask(server, CLIENT))!;
    expect(ask(server, FORGED).answer).toHaveLength(1);
    ask(server, good);
    ask(server, good, "www.example.com", "tcp");
    ask(server, undefined);
    const { counters } = server.context;
    const { fresh, bad } = COOKIE;
    const counts = [fresh, bad, COOKIE.good].map((cookie) => counters[COUNTER.cookie + cookie]);
    expect(counts).toEqual([1, 1, 2]);
  });

  it("knows no cookies where they are off", () => {
    const server = serveInProcess(ZONES);
    expect(ask(server, CLIENT).edns?.options).toEqual([]);
    const empty = concat(header({ ar: 1 }), opt({ options: [option(10, CLIENT)] }));
    expect(readMessage(server.ask(empty, "udp")!).rcode).toBe("FORMERR");
  });

  it("demands good ones over UDP if told to, of those who know cookies", () => {
    const server = serve({ isRequired: true });
    for (const cookie of [CLIENT, FORGED]) {
      const refused = ask(server, cookie);
      expect([refused.rcode, refused.answer, refused.flags]).toEqual(["BADCOOKIE", [], ["qr"]]);
      expect(ask(server, cookieIn(refused)).answer).toHaveLength(1);
      expect(ask(server, cookie, "www.example.com", "tcp").answer).toHaveLength(1);
    }
    expect(ask(server, undefined).answer).toHaveLength(1);
  });

  it("keeps answers to clients without a good one short if told to", () => {
    const server = serve({ limitWithout: 512 });
    const name = "long.example.com";
    for (const cookie of [undefined, CLIENT, FORGED]) {
      const cut = ask(server, cookie, name);
      expect([cut.flags.includes("tc"), cut.answer]).toEqual([true, []]);
      expect(ask(server, cookie, name, "tcp").answer).toHaveLength(3);
    }
    expect(ask(server, cookieIn(ask(server, CLIENT)), name).answer).toHaveLength(3);
  });
});

describe("respond() to a query without a question (RFC 7873 §5.4)", () => {
  const askEmpty = (server: InProcess, cookie: Uint8Array): Message => {
    const packet = concat(header({ ar: 1 }), opt({ options: [option(10, cookie)] }));
    return readMessage(server.ask(packet, "udp")!);
  };
  it("gives a cookie, and says whether one is good", () => {
    const server = serve({ isRequired: true });
    const first = askEmpty(server, CLIENT);
    expect([first.rcode, first.question]).toEqual(["NOERROR", []]);
    const good = cookieIn(first)!;
    expect(askEmpty(server, good).rcode).toBe("NOERROR");
    const bad = askEmpty(server, FORGED);
    expect(bad.rcode).toBe("BADCOOKIE");
    expect(cookieIn(bad)).toEqual(good);
  });
  it("is malformed with anything else in it", () => {
    const server = serve();
    const withCookie = opt({ options: [option(10, CLIENT)] });
    for (const packet of [
      concat(header({ ar: 1, an: 1 }), withCookie),
      concat(header({ ar: 2 }), withCookie, withCookie),
      concat(header({ ar: 1 }), opt({ version: 0, options: [option(10, CLIENT.subarray(1))] })),
    ]) {
      expect(readMessage(server.ask(packet, "udp")!).rcode).toBe("FORMERR");
    }
    const newer = concat(header({ ar: 1 }), opt({ version: 1, options: [option(10, CLIENT)] }));
    expect(readMessage(server.ask(newer, "udp")!).rcode).toBe("BADVERS");
  });
});
