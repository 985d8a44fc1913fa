import { describe, expect, it } from "vitest";
import { type InProcess, serveInProcess } from "../../test/support/in-process.ts";
import { type Message, readMessage } from "../../test/support/message.ts";
import { concat, header, opt, option, query, question } from "../../test/support/packet.ts";
import { EXPIRY_TABLE_OCTETS, ExpiryTable, setExpirySlot } from "../image/expiry-table.ts";
import { type AnswerSettings, DEFAULT_ANSWER_SETTINGS } from "./answer-settings.ts";

const ZONES = {
  "example.com.yaml": "zone: example.com.\nrecords: { www: { type: A, value: 192.0.2.1 } }\n",
};
const [NSID, EXPIRE, KEEPALIVE, PADDING, EXTENDED_ERROR] = [3, 9, 11, 12, 15];

function serve(settings: Partial<AnswerSettings> = {}): InProcess {
  return serveInProcess(ZONES, undefined, { ...DEFAULT_ANSWER_SETTINGS, ...settings });
}

function identity(nsid: string): AnswerSettings["identity"] {
  return { ...DEFAULT_ANSWER_SETTINGS.identity, nsid: Uint8Array.from(Buffer.from(nsid)) };
}

function ask(
  server: InProcess,
  options: readonly Uint8Array[],
  name = "www.example.com",
  transport: "udp" | "tcp" = "udp",
): { octets: Uint8Array; message: Message } {
  const octets = server.ask(query({ name, edns: { options } }), transport)!;
  return { octets, message: readMessage(octets) };
}

/** The content of the response's option with that code, as latin1 text; undefined without one. */
function contentOf(message: Message, code: number): string | undefined {
  const found = message.edns?.options.find((one) => one.code === code);
  return found && Buffer.from(found.data).toString("latin1");
}

const EMPTY = new Uint8Array(0);

describe("NSID (RFC 5001)", () => {
  it("is told to those who ask, whatever their option holds", () => {
    const server = serve({ identity: identity("ns1-fra") });
    for (const content of [EMPTY, Uint8Array.of(1, 2, 3)]) {
      const { message } = ask(server, [option(NSID, content)]);
      expect(contentOf(message, NSID)).toBe("ns1-fra");
    }
    expect(contentOf(ask(server, []).message, NSID)).toBeUndefined();
  });
  it("is nobody's business without a setting", () => {
    expect(ask(serve(), [option(NSID, EMPTY)]).message.edns?.options).toEqual([]);
  });
  it("stands in refusals, too", () => {
    const { message } = ask(
      serve({ identity: identity("a") }),
      [option(NSID, EMPTY)],
      "example.org",
    );
    expect([message.rcode, contentOf(message, NSID)]).toEqual(["REFUSED", "a"]);
  });
});

describe("EXPIRE (RFC 7314)", () => {
  const expire = [option(EXPIRE, EMPTY)];
  const ask = (server: InProcess, name: string, type: string, options = expire): Message =>
    readMessage(server.ask(query({ name, type, edns: { options } }), "udp")!);

  it("tells those who ask for the SOA of a zone how long its SOA lets them keep the zone", () => {
    const server = serve();
    expect(contentOf(ask(server, "Example.com", "SOA"), EXPIRE)).toBe("\x00\x12\x75\x00");
    expect(contentOf(ask(server, "example.com", "SOA", []), EXPIRE)).toBeUndefined();
    expect(
      contentOf(ask(server, "example.com", "SOA", [option(EXPIRE, Uint8Array.of(1))]), EXPIRE),
    ).toBe("\x00\x12\x75\x00");
  });
  it("is in no other answer", () => {
    const server = serve();
    for (const [name, type] of [
      ["example.com", "NS"],
      ["www.example.com", "SOA"],
      ["nope.example.com", "SOA"],
      ["example.org", "SOA"],
    ] as const) {
      expect(ask(server, name, type).edns?.options.map(({ code }) => code)).not.toContain(EXPIRE);
    }
  });
  it("takes no room in any other", () => {
    const strings = ["a".repeat(255), "b".repeat(203)];
    const text = `zone: example.com.\nrecords: { "": { type: TXT, value: '${strings.map((one) => `"${one}"`).join(" ")}' } }\n`;
    const server = serveInProcess({ "example.com.yaml": text });
    const packet = query({
      name: "example.com",
      type: "TXT",
      edns: { size: 512, options: expire },
    });
    const octets = server.ask(packet, "udp")!;
    expect([octets.length, readMessage(octets).flags.includes("tc")]).toEqual([512, false]);
  });
  it("tells of a zone that is kept elsewhere what is left, down to 0", () => {
    const expiries = new SharedArrayBuffer(EXPIRY_TABLE_OCTETS);
    const server = serve({ expiries });
    const table = new ExpiryTable(expiries);
    const [zone] = server.plane.zones;
    const segment = zone!.compiled.segment.slice(0);
    const slot = table.take();
    setExpirySlot(segment, slot);
    server.plane.serve([{ ...zone!, compiled: { ...zone!.compiled, segment } }]);
    expect(contentOf(ask(server, "example.com", "SOA"), EXPIRE)).toBeUndefined();
    table.write(slot, server.time.wall / 1000 + 0x01020304);
    expect(contentOf(ask(server, "example.com", "SOA"), EXPIRE)).toBe("\x01\x02\x03\x04");
    server.time.wall += 1000;
    expect(contentOf(ask(server, "example.com", "SOA"), EXPIRE)).toBe("\x01\x02\x03\x03");
    server.time.wall += 0x02000000 * 1000;
    expect(contentOf(ask(server, "example.com", "SOA"), EXPIRE)).toBe("\0\0\0\0");
  });
});

describe("keepalive (RFC 7828)", () => {
  it("tells how long a connection may be idle, over streams alone and only when asked", () => {
    const server = serve();
    const told = (options: readonly Uint8Array[], transport: "udp" | "tcp"): string | undefined => {
      server.context.keepalive = transport === "tcp" ? 0x0164 : 0;
      return contentOf(ask(server, options, "www.example.com", transport).message, KEEPALIVE);
    };
    expect(told([option(KEEPALIVE, EMPTY)], "tcp")).toBe("\x01\x64");
    expect(told([option(KEEPALIVE, Uint8Array.of(0, 1))], "tcp")).toBe("\x01\x64");
    expect(told([option(KEEPALIVE, EMPTY)], "udp")).toBeUndefined();
    expect(told([], "tcp")).toBeUndefined();
  });
});

describe("padding (RFC 8467)", () => {
  it("fills whole blocks of 468 octets where nobody reads along", () => {
    const server = serve();
    server.context.encrypted = true;
    for (const name of ["www.example.com", "nope.example.com", "example.org"]) {
      const { octets, message } = ask(server, [option(PADDING, new Uint8Array(9))], name, "tcp");
      expect(octets.length).toBe(468);
      expect(message.edns?.options.at(-1)?.code).toBe(PADDING);
      expect(contentOf(message, PADDING)).toMatch(/^\0*$/);
    }
    expect(ask(server, [], "www.example.com", "tcp").octets.length).toBeLessThan(468);
  });
  it("is not for those who can be read", () => {
    const { message } = ask(serve(), [option(PADDING, EMPTY)], "www.example.com", "tcp");
    expect(message.edns?.options).toEqual([]);
  });
});

describe("extended errors (RFC 8914)", () => {
  it("say that no zone here holds the name", () => {
    const { message } = ask(serve(), [], "www.example.org");
    expect([message.rcode, contentOf(message, EXTENDED_ERROR)]).toEqual(["REFUSED", "\0\x14"]);
  });
  it("say that nothing is up where nothing is to be answered", () => {
    const server = serveInProcess({
      "z.yaml": `
zone: example.com.
pools: { main: { values: [{ value: 192.0.2.1 }], healthcheck: { protocol: TCP, port: 80 }, all_down: servfail } }
records: { www: { type: A, dynamic: { rules: [{ pool: main }] } } }
`,
    });
    server.mark({ "192.0.2.1": "down" });
    const { message } = ask(server, []);
    const error = contentOf(message, EXTENDED_ERROR);
    expect([message.rcode, error]).toEqual(["SERVFAIL", "\0\0no value is up"]);
  });
  it("are for clients with EDNS, and for errors", () => {
    const server = serve();
    const plain = readMessage(server.ask(query({ name: "example.org" }), "udp")!);
    expect([plain.rcode, plain.edns]).toEqual(["REFUSED", undefined]);
    for (const name of ["www.example.com", "nope.example.com"]) {
      expect(contentOf(ask(server, [], name).message, EXTENDED_ERROR)).toBeUndefined();
    }
  });
});

it("a query without a question is malformed unless it asks for a cookie", () => {
  const empty = concat(header({ ar: 1 }), opt({ options: [option(NSID, EMPTY)] }));
  expect(readMessage(serve().ask(empty, "udp")!).rcode).toBe("FORMERR");
  const asked = concat(header({ qd: 1 }), question("www.example.com"));
  expect(readMessage(serve().ask(asked, "udp")!).rcode).toBe("NOERROR");
});
