import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { listZoneIssues, steered, zoneText } from "../../test/support/zone-issues.ts";

describe("health checks", () => {
  const check = (
    settings: string,
    value = "{ value: 127.0.0.1, healthcheck: c }, { value: 127.0.0.2, healthcheck: c }",
  ): string =>
    zoneText(
      steered("{ rules: [{ pool: a }] }"),
      `healthchecks: { c: { ${settings} } }\npools: { a: { values: [${value}] } }`,
    );

  it.each([
    [
      "protocol: GRPC",
      '2:32: error: protocol "GRPC" is not supported yet; supported: HTTP, HTTPS or TCP',
    ],
    ["port: 80", '2:20: error: a health check needs the key "protocol"'],
    ["protocol: TCP", '3:33: error: the check "c" has no port: TCP checks need one'],
    ["protocol: TCP, port: 1, path: /", "2:52: error: path means nothing to a TCP check"],
    [
      "protocol: HTTP, tls: { verify: false }",
      "2:43: error: tls means nothing to a check with protocol HTTP",
    ],
    [
      "protocol: HTTPS",
      "2:17: warning: an HTTPS check without host: the certificate is verified against the bare address",
    ],
    [
      "protocol: HTTPS, host: a, tls: { ca: ca.pem }",
      '2:59: error: ca must be the PEM text of certificates; the path of a file is not supported yet: found "ca.pem"',
    ],
    [
      "protocol: HTTP, host: 'a:80'",
      '2:44: error: host must be a host name; the port is a key of its own: "port": found "a:80"',
    ],
    [
      "protocol: HTTP, path: '/a b'",
      '2:44: error: path must be printable ASCII without spaces or #: found "/a b"',
    ],
    [
      "protocol: HTTP, method: DELETE",
      '2:46: error: method must be GET, HEAD or OPTIONS: found "DELETE"',
    ],
    [
      "protocol: HTTP, expect: 2xx",
      '2:46: error: expect must be HTTP status codes from 100 to 599, like 200 or 200-299, or a list: found "2xx"',
    ],
    ["protocol: HTTP, expect: []", "2:46: error: expect is an empty list: no answer could pass"],
    [
      "protocol: HTTP, headers: { Host: a }",
      '2:49: error: the header "Host" is written by the check itself: use the key "host" of the check',
    ],
    [
      'protocol: HTTP, headers: { X: "a\\r\\nb" }',
      '2:52: error: a header\'s value must be printable ASCII: found "a\\r\\nb"',
    ],
    [
      "protocol: HTTP, method: HEAD, body: ok",
      "2:58: error: body can never occur: the answer to HEAD has none",
    ],
    [
      "protocol: HTTP, interval: 1s, fast: 2s",
      "2:58: warning: fast is longer than interval: it is the time between re-probes after a failure",
    ],
  ])("%s", (settings, message) => expect(listZoneIssues(check(settings))).toContain(message));

  it("trust no authority that cannot be read", () => {
    const pem = readFileSync(
      new URL("../../test/support/tls/probe-test.cert.pem", import.meta.url),
      "utf8",
    );
    const file = (ca: string): string =>
      check(`protocol: HTTPS, host: a, tls: { ca: ${JSON.stringify(ca)} }`);
    expect(listZoneIssues(file(pem))).toEqual([]);
    expect(listZoneIssues(file(pem + pem))).toEqual([]);
    const message = "2:59: error: ca must be the PEM text of certificates: the certificate";
    for (const [text, which] of [
      ["-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", ""],
      [pem.replace(/-----END.*/, ""), ""],
      [`${pem}-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n`, " number 2"],
    ] as const) {
      expect(listZoneIssues(file(text))).toEqual([`${message}${which} cannot be read`]);
    }
  });

  it.each([
    "169.254.169.254",
    "::ffff:169.254.169.254",
    "::ffff:a9fe:a9fe",
    "fe80::1",
    "fd00:ec2::254",
    "0.0.0.0",
    "224.0.0.1",
    "ff02::1",
  ])("never go to %s", (address) => {
    const probed = `{ value: 192.0.2.1, probe: "${address}", healthcheck: c }`;
    expect(listZoneIssues(check("protocol: TCP, port: 80", probed))).toEqual([
      expect.stringMatching(/error: .* cannot be checked: /),
    ]);
    const text = check("protocol: TCP, port: 80", `{ value: "${address}", healthcheck: c }`);
    expect(listZoneIssues(text)).toEqual([expect.stringMatching(/error: .* cannot be checked: /)]);
  });

  it("are missed by name, with the nearest one", () => {
    const text = check("protocol: TCP, port: 1", "{ value: 127.0.0.1, healthcheck: d1 }");
    expect(listZoneIssues(text)).toEqual([
      '3:57: error: no health check is named "d1"; there are: c',
    ]);
  });

  it("without a witness are warned of, unless the server has one", () => {
    const text = check("protocol: TCP, port: 1", "{ value: 127.0.0.1, healthcheck: c }");
    expect(listZoneIssues(text)).toEqual([]);
    expect(listZoneIssues(text, false)).toEqual([
      expect.stringContaining("127.0.0.1 is all this zone checks: its silence is never believed"),
    ]);
    expect(listZoneIssues(check("protocol: TCP, port: 1"), false)).toEqual([]);
  });

  it("make a TTL pointless that is longer than the time a failure takes to be seen", () => {
    const text = check("protocol: TCP, port: 1").replace("type: A,", "type: A, ttl: 5m,");
    expect(listZoneIssues(text)).toEqual([
      "6:24: warning: a TTL of 300 keeps clients at a dead address for up to 5m, though its failure is seen within 9.6s",
    ]);
  });
});
