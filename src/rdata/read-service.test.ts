import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { IssueList } from "../config/issue-list.ts";
import { parseYaml } from "../config/parse-yaml.ts";
import { TYPE_HTTPS, TYPE_SVCB } from "../wire/rr-types.ts";
import { formatRdata } from "./format-rdata.ts";
import { readRdata } from "./read-rdata.ts";

const apex = Uint8Array.of(7, ...Buffer.from("example"), 3, ...Buffer.from("com"), 0);
const FOO_COM = "03666f6f076578616d706c6503636f6d00";
const FOO_ORG = "03666f6f076578616d706c65036f726700";

/** The octets of a value in presentation format, or what is wrong with it. */
function read(value: string): string | string[] {
  const place = { start: 0, end: 1 };
  return readTree({ kind: "scalar", value, source: value, place });
}

/** The same for a value as YAML has it. */
function readYaml(yaml: string): string | string[] {
  const tree = parseYaml(yaml, new IssueList("a", yaml));
  if (tree === undefined) throw new Error(yaml);
  return readTree(tree);
}

function readTree(tree: Parameters<typeof readRdata>[1]): string | string[] {
  const issues = new IssueList("a", "");
  const octets = readRdata(TYPE_HTTPS, tree, apex, issues);
  if (octets !== undefined) return Buffer.from(octets).toString("hex");
  return issues.list().map(({ message }) => message);
}

describe("rdata of SVCB and HTTPS", () => {
  it("of an alias with parameters is read, with a warning", () => {
    const issues = new IssueList("a", "");
    const value = "0 foo.example.com. port=53";
    const tree = { kind: "scalar", value, source: value, place: { start: 0, end: 1 } } as const;
    const octets = readRdata(TYPE_HTTPS, tree, apex, issues);
    expect(Buffer.from(octets ?? []).toString("hex")).toBe(`0000${FOO_COM}000300020035`);
    expect(issues.list()).toMatchObject([
      { severity: "warning", message: expect.stringContaining("every client ignores") },
    ]);
  });

  it.each([
    // RFC 9460 appendix D.1 and D.2.
    ["0 foo.example.com.", `0000${FOO_COM}`],
    ["1 .", "000100"],
    ["16 foo.example.com. port=53", `0010${FOO_COM}000300020035`],
    ["1 foo.example.com. key667=hello", `0001${FOO_COM}029b000568656c6c6f`],
    ['1 foo.example.com. key667="hello\\210qoo"', `0001${FOO_COM}029b000968656c6c6fd2716f6f`],
    [
      '1 foo.example.com. ipv6hint="2001:db8::1,2001:db8::53:1"',
      `0001${FOO_COM}0006002020010db800000000000000000000000120010db8000000000000000000530001`,
    ],
    [
      "16 foo.example.org. alpn=h2,h3-19 mandatory=ipv4hint,alpn ipv4hint=192.0.2.1",
      `0010${FOO_ORG}0000000400010004000100090268320568332d313900040004c0000201`,
    ],
    [
      '16 foo.example.org. alpn="f\\\\\\\\oo\\\\,bar,h2"',
      `0010${FOO_ORG}0001000c08665c6f6f2c626172026832`,
    ],
    [
      "16 foo.example.org. alpn=f\\\\\\092oo\\092,bar,h2",
      `0010${FOO_ORG}0001000c08665c6f6f2c626172026832`,
    ],
    // A known key by its number.
    ['1 . key1="\\002h2" key3=\\000\\053', "00010000010003026832000300020035"],
    // Other keys.
    ["1 . no-default-alpn alpn=h3", "0001000001000302683300020000"],
    ["1 . ech=AAEC", "00010000050003000102"],
    [
      "1 . dohpath=/dns-query{?dns} alpn=h2",
      "000100000100030268320007001" + "02f646e732d71756572797b3f646e737d",
    ],
    ["1 . ohttp key65534", "0001000008000" + "0fffe0000"],
    ["\\# 3 000100", "000100"],
    ["\\# 9 000100 0003 0002 0035", "000100000300020035"],
  ])("are read: %s", (text, octets) => expect(read(text)).toBe(octets));

  it.each([
    // RFC 9460 appendix D.3.
    ["1 foo.example.com. key123=abc key123=def", "key123 stands there twice"],
    ["1 foo.example.com. mandatory", "mandatory must be one or more keys"],
    ["1 foo.example.com. alpn", "alpn must be one or more protocols"],
    ["1 foo.example.com. port", "port must be a whole number from 0 to 65535"],
    ["1 foo.example.com. ipv4hint", "ipv4hint must be one or more addresses"],
    ["1 foo.example.com. ipv6hint", "ipv6hint must be one or more addresses"],
    ["1 foo.example.com. no-default-alpn=abc", "no-default-alpn has no value"],
    ["1 foo.example.com. mandatory=key123", "mandatory names key123, which is not there"],
    ["1 foo.example.com. mandatory=mandatory", "mandatory never names itself"],
    ["1 foo.example.com. mandatory=key123,key123 key123=abc", "mandatory names key123 twice"],
    // Further rules.
    ["1 . no-default-alpn", "no-default-alpn needs alpn beside it"],
    ["1 . alpn=h2,,h3", "a protocol of alpn must have 1 to 255 octets"],
    ["1 . port=65536", 'port must be a whole number from 0 to 65535: found "65536"'],
    ["1 . ipv4hint=::1", 'ipv4hint: "::1" is no IPv4 address'],
    ["1 . ipv6hint=192.0.2.1", 'ipv6hint: "192.0.2.1" is no IPv6 address'],
    ["1 . ech=AAE", "ech must be base64"],
    ["1 . dohpath=/dns", "dohpath must be a path with the variable dns"],
    ["1 . alnp=h2", '"alnp" is no parameter; did you mean "alpn"?'],
    ["1 . key1=h2", "alpn must be one or more protocols"],
    ["1 . key65535", '"key65535" is no parameter: keys end at key65534'],
    ["1 . key007", '"key007" is no parameter; '],
    ['1 . alpn="h2', "a value of HTTPS must be like"],
    ["1 . alpn=h2\\300", "the value of alpn must be like"],
    ["70000 .", "priority must be a whole number from 0 to 65535"],
    ["1", "a value of HTTPS must be like"],
    ["1 foo", 'target must be absolute, with a dot at the end: found "foo"'],
    ["\\# 13 000100 0003 0002 0035 0001 0000", "the keys must ascend in wire form"],
    ["\\# 8 000100 0003 0001 35", "port must have 2 octets"],
    ["\\# 6 000100 000300", "the octets are no HTTPS rdata"],
  ])("are refused: %s", (text, message) => {
    expect(read(text)).toEqual([expect.stringContaining(message)]);
  });

  it("are read from mappings, as octoDNS spells them too", () => {
    const octets = read(
      "1 foo.example.com. alpn=h2,h3 port=8443 ipv4hint=192.0.2.1 no-default-alpn",
    );
    expect(
      readYaml(
        "{ priority: 1, target: foo.example.com., params: { port: 8443, alpn: [h2, h3], ipv4hint: 192.0.2.1, no-default-alpn: } }",
      ),
    ).toBe(octets);
    expect(
      readYaml(
        "{ svcpriority: 1, targetname: foo.example.com., svcparams: { alpn: 'h2,h3', port: '8443', ipv4hint: [192.0.2.1], no-default-alpn: true } }",
      ),
    ).toBe(octets);
    expect(readYaml("{ priority: 0, target: foo.example.com. }")).toBe(`0000${FOO_COM}`);
    // A comma within a protocol: escaped for the text and for its list, or in a list of the file as it is.
    expect(readYaml(String.raw`{ priority: 1, target: ., params: { alpn: 'a\\,b' } }`)).toBe(
      readYaml('{ priority: 1, target: ., params: { alpn: ["a,b"] } }'),
    );
  });

  it.each([
    ["{ target: . }", 'a value of HTTPS needs the key "priority"'],
    [
      "{ priority: 1, target: ., parms: {} }",
      'unknown key "parms" in a value of HTTPS; did you mean "params"?',
    ],
    [
      "{ priority: 1, target: ., params: { alpn: {} } }",
      "alpn must be text, a number, or a list of them: found a mapping",
    ],
    [
      "{ priority: 1, target: ., params: [] }",
      "params must be parameters by name, a mapping: found a list",
    ],
    [
      "[]",
      'a value of HTTPS must be text like "1 . alpn=h2,h3 port=8443" or a mapping with priority, target, params: found a list',
    ],
  ])("are refused as mappings: %s", (yaml, message) => {
    expect(readYaml(yaml)).toEqual([message]);
  });

  it("are written as they are read", () => {
    const protocol = fc.uint8Array({ minLength: 1, maxLength: 5 });
    const address = (size: number): fc.Arbitrary<Uint8Array> =>
      fc
        .array(fc.uint8Array({ minLength: size, maxLength: size }), { minLength: 1, maxLength: 3 })
        .map((list) => Uint8Array.from(list.flatMap((one) => [...one])));
    const values = fc.record(
      {
        1: fc
          .array(protocol, { minLength: 1, maxLength: 3 })
          .map((list) => Uint8Array.from(list.flatMap((one) => [one.length, ...one]))),
        3: fc.uint8Array({ minLength: 2, maxLength: 2 }),
        4: address(4),
        5: fc.uint8Array({ minLength: 1, maxLength: 5 }),
        6: address(16),
        667: fc.uint8Array({ maxLength: 5 }),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 65_535 }), (params, priority) => {
        const wire = Object.entries(params).flatMap(([key, value]) => [
          Number(key) >> 8,
          Number(key) & 255,
          0,
          value.length,
          ...value,
        ]);
        const octets = Uint8Array.from([priority >> 8, priority & 255, 0, ...wire]);
        const text = formatRdata(TYPE_SVCB, octets);
        expect(read(text)).toBe(Buffer.from(octets).toString("hex"));
      }),
    );
  });

  it("are shown in presentation format", () => {
    const show = (text: string): string =>
      formatRdata(TYPE_HTTPS, Uint8Array.from(Buffer.from(String(read(text)), "hex")));
    for (const text of [
      "0 foo.example.com.",
      '1 . mandatory=alpn,port alpn="h2,h3" no-default-alpn port=8443 ipv4hint=192.0.2.1 ech=AAEC ipv6hint=2001:db8::1',
      '1 . alpn="f\\\\\\\\oo\\\\,bar,h2" dohpath="/dns-query{?dns}" ohttp key667="hello\\210qoo" key668',
    ]) {
      expect(show(text)).toBe(text);
    }
  });
});
