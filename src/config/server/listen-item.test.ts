import { expect, it } from "vitest";
import { parsePrefix } from "../../address/parse.ts";
import { readServerFile } from "../server-file.ts";
import { type ListenSetting, usesTls } from "./listen-item.ts";

const TLS = "tls: { cert: c.pem, key: /k.pem }\n";

function read(items: string, tls = TLS): unknown {
  const { settings, issues } = readServerFile(`listen: [${items}]\n${tls}`, "etc/rondo.yaml");
  return (
    settings?.listen ?? issues.map(({ line, column, message }) => `${line}:${column} ${message}`)
  );
}

it("a listen address is text, or a mapping whose protocol decides about the port", () => {
  expect(read('192.0.2.1, "[2001:db8::1]:5300"')).toEqual([
    { address: "192.0.2.1", port: 53 },
    { address: "2001:db8::1", port: 5300 },
  ]);
  const address = "192.0.2.1";
  expect(
    read(
      "{ address: 192.0.2.1 }, { address: 192.0.2.2, protocol: dns }, { address: 192.0.2.1, protocol: tls }, " +
        '{ address: 192.0.2.1, protocol: https }, { address: "192.0.2.1:8443", protocol: https, path: /q }',
    ),
  ).toEqual([
    { address, port: 53 },
    { address: "192.0.2.2", port: 53 },
    { address, port: 853, protocol: "tls" },
    { address, port: 443, protocol: "https" },
    { address, port: 8443, protocol: "https", path: "/q" },
  ]);
});

it("a listen address stands there once, whatever the protocol", () => {
  expect(
    read('192.0.2.1, "[::0]:853", { address: "192.0.2.1:53" }, { address: "::", protocol: tls }'),
  ).toEqual([
    expect.stringMatching(/^1:\d+ 192\.0\.2\.1:53 stands here twice$/),
    expect.stringMatching(/^1:\d+ \[::\]:853 stands here twice$/),
  ]);
  expect(read('192.0.2.1, "192.0.2.1:54", 192.0.2.2')).toHaveLength(3);
});

it("a listen address names its proxies as addresses and prefixes", () => {
  const proxies = [parsePrefix("192.0.2.8/32"), parsePrefix("2001:db8::/32")];
  expect(read('{ address: 192.0.2.1, proxy: [192.0.2.8, "2001:db8::/32"] }')).toEqual([
    { address: "192.0.2.1", port: 53, proxies },
  ]);
});

it.each([
  [
    "{ port: 53 }",
    [
      '1:10 a listen address needs the key "address"',
      '1:12 unknown key "port" in a listen address; allowed: address, protocol, path, proxy',
    ],
  ],
  ["{ address: host }", [expect.stringMatching(/^1:21 address: host is not an IP address/)]],
  ['{ address: "192.0.2.1:0" }', ['1:21 address: "192.0.2.1:0": a port is from 1 to 65535']],
  [
    "{ address: 192.0.2.1, protocol: dot }",
    [expect.stringMatching(/^1:42 protocol must be dns, tls or https/)],
  ],
  ["{ address: 192.0.2.1, path: /q }", ["1:38 path is for the protocol https, here it is dns"]],
  [
    "{ address: 192.0.2.1, protocol: https, path: q }",
    ['1:55 path must be a path like /dns-query: "q"'],
  ],
  [
    "{ address: 192.0.2.1, protocol: https, path: /q?x }",
    ['1:55 path must be a path like /dns-query: "/q?x"'],
  ],
  ["{ address: 192.0.2.1, proxy: [192.0.2.0/33] }", [expect.stringMatching(/^1:40 proxy: /)]],
])("a listen address %s is refused", (item, issues) => {
  expect(read(item)).toEqual(issues);
});

it("the certificate has two files, relative to the server file", () => {
  const settings = (text: string): unknown => readServerFile(text, "etc/rondo.yaml").settings?.tls;
  expect(settings(TLS)).toEqual({ cert: "etc/c.pem", key: "/k.pem" });
  expect(settings("tls: {}")).toEqual({ cert: undefined, key: undefined });
});

it("a listen address with TLS needs a certificate, and a certificate its key", () => {
  const needs = "needs a certificate: say tls: { cert: FILE, key: FILE }";
  const items =
    "192.0.2.1, { address: 192.0.2.1, protocol: tls }, { address: 192.0.2.1, protocol: https }";
  expect(read(items, "")).toEqual([
    `1:21 the protocol tls ${needs}`,
    `1:60 the protocol https ${needs}`,
  ]);
  expect(read(items, "tls: { cert: c.pem }\n")).toEqual([
    '2:6 the TLS settings need the key "key" as well',
  ]);
  expect(read("192.0.2.1", "tls: { key: k.pem }\n")).toEqual([
    '2:6 the TLS settings need the key "cert" as well',
  ]);
});

it("usesTls() knows which protocols do", () => {
  const protocols: ListenSetting["protocol"][] = [undefined, "dns", "tls", "https"];
  const at = { address: "192.0.2.1", port: 1 };
  expect(protocols.map((protocol) => usesTls({ ...at, ...(protocol && { protocol }) }))).toEqual([
    false,
    false,
    true,
    true,
  ]);
});
