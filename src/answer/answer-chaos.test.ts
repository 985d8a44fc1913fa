import { expect, it } from "vitest";
import { serveInProcess } from "../../test/support/in-process.ts";
import { readMessage } from "../../test/support/message.ts";
import { query } from "../../test/support/packet.ts";
import { DEFAULT_ANSWER_SETTINGS, type Identity } from "./answer-settings.ts";

const ZONES = { "z.yaml": "zone: example.com.\nrecords: { www: { type: A, value: 192.0.2.1 } }\n" };
const octets = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text));

/** What the server says to a question of class CH, or its RCODE. */
function ask(name: string, identity: Partial<Identity>, type = "TXT"): string {
  const server = serveInProcess(ZONES, undefined, {
    ...DEFAULT_ANSWER_SETTINGS,
    identity: { ...DEFAULT_ANSWER_SETTINGS.identity, ...identity },
  });
  const { rcode, answer, flags } = readMessage(
    server.ask(query({ name, type, class: "CH" }), "udp")!,
  );
  const [record] = answer;
  if (record === undefined) return rcode;
  expect(flags).toContain("aa");
  expect([record.class, record.ttl]).toEqual([3, 0]);
  expect(record.owner.toLowerCase()).toBe(`${name.toLowerCase()}.`);
  return record.rdata;
}

it("answerChaos() tells the version and the identity that the operator has set", () => {
  const identity = { version: octets("rondo 1.2.3"), id: octets("ns1") };
  expect(ask("version.bind", identity)).toBe('"rondo 1.2.3"');
  expect(ask("VERSION.server", identity)).toBe('"rondo 1.2.3"');
  expect(ask("id.server", identity)).toBe('"ns1"');
  expect(ask("hostname.bind", identity)).toBe('"ns1"');
  expect(ask("hostname.bind", identity, "ANY")).toBe('"ns1"');
});

it("answerChaos() refuses what the operator has not set, and everything else", () => {
  expect(ask("version.bind", { id: octets("ns1") })).toBe("REFUSED");
  expect(ask("id.server", { version: octets("1") })).toBe("REFUSED");
  const all = { version: octets("1"), id: octets("ns1"), nsid: octets("n") };
  for (const name of ["authors.bind", "bind", "a.version.bind", "version", "www.example.com"]) {
    expect(ask(name, all)).toBe("REFUSED");
  }
  expect(ask("version.bind", all, "A")).toBe("REFUSED");
});

it("answerChaos() truncates what does not fit in the answer to a client without EDNS", () => {
  expect(ask("version.bind", { version: octets("v".repeat(255)) })).toBe(`"${"v".repeat(255)}"`);
});
