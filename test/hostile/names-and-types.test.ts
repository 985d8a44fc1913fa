import { describe, expect, test } from "vitest";
import { serveInProcess } from "../support/in-process.ts";
import { readMessage } from "../support/message.ts";
import { concat, header, nameOf, query, question, u16 } from "../support/packet.ts";
import { Random } from "../support/random.ts";

const ZONES = {
  "example.com.yaml": `
zone: example.com.
soa: { serial: 7 }
records:
  "": { type: NS, values: [ns1.example.com., ns2.example.com.] }
  ns1: { type: A, value: 192.0.2.53 }
  ns2: { type: A, value: 192.0.2.54 }
  www: { type: A, values: [192.0.2.1] }
  sub: { type: NS, values: [ns1.example.com.] }
  alias: { type: CNAME, value: www.example.com. }
`,
};

/** Names that mean something to JavaScript. */
const INHERITED = [
  ...Object.getOwnPropertyNames(Object.prototype),
  ...Object.getOwnPropertyNames(Array.prototype),
  "prototype",
  "undefined",
  "null",
  "NaN",
  "true",
  "0",
  "-1",
];

describe("names", () => {
  const server = serveInProcess(ZONES);

  test.each([...new Set(INHERITED)])("%s is a name like any other: not there", (label) => {
    expect(outcome(nameOf(label, "example", "com"))).toBe("NXDOMAIN");
    expect(outcome(nameOf(label, "com"))).toBe("REFUSED");
    expect(outcome(nameOf(label))).toBe("REFUSED");
  });

  test("1000 random names of any octets are not there, and come back as they were", () => {
    const random = new Random(11);
    for (let i = 0; i < 1000; i++) {
      const labels = Array.from({ length: 1 + random.below(3) }, () =>
        Uint8Array.from({ length: 1 + random.below(63) }, () => random.below(256)),
      );
      expect(outcome(nameOf(...labels, "example", "com"))).toBe("NXDOMAIN");
    }
  });

  test("every mix of case finds the name, and comes back as it was", () => {
    for (let mix = 0; mix < 2 ** 10; mix++) {
      const text = "wwwexample"
        .split("")
        .map((letter, bit) => ((mix >> bit) & 1 ? letter.toUpperCase() : letter))
        .join("");
      expect(outcome(nameOf(text.slice(0, 3), text.slice(3), "com"))).toBe("NOERROR");
    }
  });

  test("only ASCII letters have case", () => {
    for (const [upper, lower] of ["[{", "@`", "^~", "\xc4\xe4"]) {
      const withUpper = serveInProcess({
        "example.com.yaml": ZONES["example.com.yaml"].replace(
          "www:",
          `"\\\\${String(lower!.charCodeAt(0)).padStart(3, "0")}":`,
        ),
      });
      const packet = (letter: string): Uint8Array =>
        concat(header({ qd: 1 }), question(nameOf(letter, "example", "com")));
      expect(readMessage(withUpper.ask(packet(lower!), "udp")!).rcode).toBe("NOERROR");
      expect(readMessage(withUpper.ask(packet(upper!), "udp")!).rcode).toBe("NXDOMAIN");
    }
  });

  function outcome(qname: Uint8Array): string {
    const packet = concat(header({ qd: 1 }), question(qname));
    const reply = server.ask(packet, "udp");
    if (reply === undefined) return "silence";
    expect(Buffer.compare(reply.subarray(12, packet.length), packet.subarray(12))).toBe(0);
    return readMessage(reply).rcode;
  }
});

describe("types", () => {
  const server = serveInProcess(ZONES);

  test.each([
    ["a name with data", "www.example.com", "NOERROR"],
    ["a name that is not there", "nope.example.com", "NXDOMAIN"],
    ["a delegation", "x.sub.example.com", "NOERROR"],
    ["an alias", "alias.example.com", "NOERROR"],
    ["another zone", "example.org", "REFUSED"],
  ])("all 65536 are answered for %s", (_, name, rcode) => {
    const packet = query({ name });
    const at = packet.length - 4;
    const outcomes = new Map<string, number>();
    for (let type = 0; type < 65_536; type++) {
      packet.set(u16(type), at);
      const message = readMessage(server.ask(packet, "udp")!);
      const isNegative =
        message.answer.length === 0 && message.rcode !== "REFUSED" && message.rcode !== "NOTIMP";
      if (isNegative) expect(message.authority.length).toBeGreaterThan(0);
      outcomes.set(message.rcode, (outcomes.get(message.rcode) ?? 0) + 1);
    }
    // All but IXFR and AXFR, which are for the control plane.
    expect(outcomes).toEqual(
      new Map([
        [rcode, 65_534],
        ["NOTIMP", 2],
      ]),
    );
  });

  test("an unknown type is no data, with the SOA", () => {
    const message = readMessage(
      server.ask(query({ name: "www.example.com", type: 65_280 }), "udp")!,
    );
    expect(message.authority.map(({ owner, type }) => [owner, type])).toEqual([
      ["example.com.", 6],
    ]);
  });

  test.each([0, 2, 3, 4, 254, 65_535])("class %d is refused", (rclass) => {
    const message = readMessage(
      server.ask(query({ name: "www.example.com", class: rclass }), "udp")!,
    );
    expect(message.rcode).toBe("REFUSED");
  });
});
