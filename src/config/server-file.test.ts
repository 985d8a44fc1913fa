import { describe, expect, it } from "vitest";
import { parseAddress } from "../address/parse.ts";
import { renderIssues } from "./issue.ts";
import { DEFAULT_SERVER_SETTINGS, readServerFile } from "./server-file.ts";
import { parseSocketAddress } from "./socket-address.ts";

const said = (text: string): string[] =>
  readServerFile(text, "rondo.yaml").issues.map(
    (issue) => `${issue.line}:${issue.column} ${issue.message}`,
  );

const SECRET = Buffer.from("0123456789abcdef").toString("base64");

describe("readServerFile()", () => {
  it("reads everything the file can say, paths relative to it", () => {
    const text = `
listen: ["127.0.0.1:5300", "[::1]:5300"]
zones: [a.yaml, /b/c.yaml]
workers: 2
geo: { databases: [dbip-country, mine.mmdb] }
health: { references: ["tcp://192.0.2.1:443", "tcp://[2001:db8::1]:53"] }
resolver: [192.0.2.9, "[2001:db8::9]:5353"]
state: ./state
tls: { cert: c.pem, key: /k.pem }
admin: { listen: "[::1]:8053", token_file: token, read_token_file: /t, hosts: [ns1.example.com] }
explain: { allow: [192.0.2.0/24, "2001:db8::1"] }
keys: { Secondaries.Example: { secret_file: k }, b: { algorithm: hmac-sha512, secret: ${SECRET} } }
transfer: { allow: [192.0.2.1, { key: B }], notify: ["[2001:db8::1]", { address: "192.0.2.1:5300", key: b }] }
identity: { nsid: "0x6e73", version: auto, id: none }
cookies: { enabled: false, secret_file: cookies, require: true, max_response_without_cookie: 512 }
rrl:
  { responses_per_second: 100, referrals_per_second: 1, nodata_per_second: 2, nxdomains_per_second: 0,
    errors_per_second: 5, window: 5s, slip: 3, ipv4_prefix: 32, ipv6_prefix: 64, exempt: 192.0.2.0/24, log_only: true }
catalog: { zone: Catalog.Example, group: g, secondaries: false, allow: [{ key: b }], notify: [] }
log: { level: debug }
`;
    expect(readServerFile(text, "/etc/rondo/rondo.yaml")).toEqual({
      issues: [],
      settings: {
        listen: [
          { address: "127.0.0.1", port: 5300 },
          { address: "::1", port: 5300 },
        ],
        zones: { kind: "files", paths: ["/etc/rondo/a.yaml", "/b/c.yaml"] },
        workers: 2,
        geo: { databases: ["dbip-country", "/etc/rondo/mine.mmdb"] },
        health: {
          references: [
            { address: "192.0.2.1", port: 443 },
            { address: "2001:db8::1", port: 53 },
          ],
        },
        resolver: [
          { address: "192.0.2.9", port: 53 },
          { address: "2001:db8::9", port: 5353 },
        ],
        state: "/etc/rondo/state",
        tls: { cert: "/etc/rondo/c.pem", key: "/k.pem" },
        admin: {
          listen: { kind: "tcp", address: "::1", port: 8053 },
          tokenFile: "/etc/rondo/token",
          readTokenFile: "/t",
          hosts: ["ns1.example.com"],
        },
        explain: {
          allow: [
            { address: parseAddress("192.0.2.0"), length: 24 },
            { address: parseAddress("2001:db8::1"), length: 128 },
          ],
        },
        identity: { nsid: { octets: Uint8Array.of(0x6e, 0x73) }, version: "auto", id: undefined },
        cookies: {
          enabled: false,
          secretFile: "/etc/rondo/cookies",
          require: true,
          maxResponseWithoutCookie: 512,
        },
        rrl: {
          enabled: true,
          responsesPerSecond: 100,
          referralsPerSecond: 1,
          nodataPerSecond: 2,
          nxdomainsPerSecond: 0,
          errorsPerSecond: 5,
          window: 5000,
          slip: 3,
          ipv4Prefix: 32,
          ipv6Prefix: 64,
          exempt: [{ address: parseAddress("192.0.2.0"), length: 24 }],
          logOnly: true,
        },
        keys: [
          {
            name: "secondaries.example.",
            algorithm: "hmac-sha256",
            secret: { file: "/etc/rondo/k" },
          },
          { name: "b.", algorithm: "hmac-sha512", secret: { base64: SECRET } },
        ],
        transfer: {
          allow: [
            { prefix: { address: parseAddress("192.0.2.1"), length: 32 }, key: undefined },
            { prefix: undefined, key: "b." },
          ],
          notify: [
            { address: "2001:db8::1", port: 53, key: undefined },
            { address: "192.0.2.1", port: 5300, key: "b." },
          ],
        },
        catalog: {
          zone: "catalog.example.",
          group: "g",
          secondaries: false,
          allow: [{ prefix: undefined, key: "b." }],
          notify: [],
        },
        log: { level: "debug" },
      },
    });
  });

  it("has a default for everything", () => {
    for (const text of ["", "# nothing yet\n\n", "log: {}\n"]) {
      const { settings, issues } = readServerFile(text, "rondo.yaml");
      expect(issues).toEqual([]);
      expect(settings).toEqual({
        ...DEFAULT_SERVER_SETTINGS,
        zones: { kind: "folder", path: "zones" },
        state: "state",
      });
    }
  });

  it("reports all mistakes together, with their places", () => {
    const text = `listen: 127.0.0.1:99999
zonse: ./zones
workers: 0
admin: { listen: localhost }
health: { references: ["https://192.0.2.1", "tcp://192.0.2.1"] }
log: { level: loud }
`;
    expect(readServerFile(text, "rondo.yaml").settings).toBeUndefined();
    expect(renderIssues(readServerFile(text, "rondo.yaml").issues)).toBe(
      `rondo.yaml:1:9: error: listen: "127.0.0.1:99999": a port is from 1 to 65535
listen: 127.0.0.1:99999
        ^^^^^^^^^^^^^^^
rondo.yaml:2:1: error: unknown key "zonse" in the server file; did you mean "zones"?
zonse: ./zones
^^^^^
rondo.yaml:3:10: error: workers must be a whole number from 1 to 256: found the number 0
workers: 0
         ^
rondo.yaml:4:18: error: listen: localhost is not an IP address: write one like 192.0.2.1 or 2001:db8::1; a Unix socket is a path with a slash
admin: { listen: localhost }
                 ^^^^^^^^^
rondo.yaml:5:24: error: references must be like tcp://192.0.2.1:443: found "https://192.0.2.1"
health: { references: ["https://192.0.2.1", "tcp://192.0.2.1"] }
                       ^^^^^^^^^^^^^^^^^^^
rondo.yaml:5:45: error: references: "192.0.2.1" has no port: write 192.0.2.1:PORT
health: { references: ["https://192.0.2.1", "tcp://192.0.2.1"] }
                                            ^^^^^^^^^^^^^^^^^
rondo.yaml:6:15: error: level must be debug, info, warn or error: found "loud"
log: { level: loud }
              ^^^^
`,
    );
  });

  it("refuses an empty list of listeners, which could answer nobody", () => {
    expect(said("listen: []")).toEqual(["1:9 listen is an empty list: at least one is needed"]);
  });
});

describe("parseSocketAddress()", () => {
  it("reads both families, and a default port", () => {
    expect(parseSocketAddress("192.0.2.1:53")).toEqual({ address: "192.0.2.1", port: 53 });
    expect(parseSocketAddress("[2001:DB8::1]:53")).toEqual({ address: "2001:db8::1", port: 53 });
    expect(parseSocketAddress("192.0.2.1", 53)).toEqual({ address: "192.0.2.1", port: 53 });
    expect(parseSocketAddress("::1", 53)).toEqual({ address: "::1", port: 53 });
  });
  it.each([
    "",
    "localhost:53",
    "192.0.2.300:53",
    "192.0.2.1:0",
    "192.0.2.1",
    "[192.0.2.1]:53",
    "[::1",
    "::1:",
  ])("refuses %s", (text) => expect(parseSocketAddress(text)).toBeTypeOf("string"));

  it("says that the number of workers may be a word, and which", () => {
    expect(said("workers: two\n")).toEqual([
      '1:10 workers must be a whole number from 1 to 256, or it must be auto: found "two"',
    ]);
  });

  it("warns of a listen address that another one covers", () => {
    const warning = (all: string, one: string, column: number) =>
      `1:${column} ${all} covers ${one}: Linux opens no more than one of them`;
    expect(
      said('listen: ["127.0.0.1:53", "0.0.0.0:53", "[::]:53", "[::1]:53", "[::1]:54"]\n'),
    ).toEqual([warning("0.0.0.0:53", "127.0.0.1:53", 10), warning("[::]:53", "[::1]:53", 51)]);
  });

  it("wants a token for an admin interface that others can reach, if a start is to be foretold", () => {
    const foretold = (admin: string): string[] =>
      readServerFile(`admin: ${admin}\n`, "rondo.yaml", () => undefined).issues.map(
        ({ severity, message }) => `${severity} ${message}`,
      );
    for (const place of ["0.0.0.0:8053", "[::]:8053", "192.0.2.1:8054"]) {
      expect(foretold(`{ listen: "${place}" }`)).toEqual([
        `error the admin interface on ${place} can be reached by others: name a file with a token as token_file, or listen on 127.0.0.1`,
      ]);
    }
    for (const good of [
      '{ listen: "0.0.0.0:8053", token_file: t }',
      "{ listen: 127.0.0.9 }",
      '{ listen: "[::1]:8053" }',
      "{ listen: ./admin.sock }",
      "{ listen: none }",
      "{ hosts: [] }",
    ]) {
      expect(foretold(good)).toEqual([]);
    }
    expect(said('admin: { listen: "0.0.0.0:8053" }\n')).toEqual([]);
  });
});
