/**
 * The queries of ISC's DNS compliance tests (genreport) and of RFC 8906 §8, asked with dig, and what these say a server has to
 * answer. In the names of the tests: those of genreport.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeWithPeers, runPeer } from "../support/peers.ts";
import { type Rondo, startRondo } from "../support/rondo.ts";

const TEXT = JSON.stringify("t".repeat(250));
const ZONES = {
  "example.com.yaml": `
zone: example.com.
records:
  "": { type: NS, values: [ns1.example.com.] }
  ns1: { type: A, value: 192.0.2.53 }
  big: { type: TXT, values: [${TEXT}, "${"u".repeat(250)}", "${"v".repeat(250)}"] }
`,
};

let rondo: Rondo;
beforeAll(async () => {
  rondo = await startRondo({
    zones: ZONES,
    config: "geo: { databases: [] }\nidentity: { nsid: ns1-fra }\n",
    args: ["--workers", "1"],
  });
});
afterAll(() => rondo?.stop());

/** What dig shows of a response. */
interface Shown {
  readonly status: string;
  readonly opcode: string;
  readonly flags: readonly string[];
  /** Z bit, or undefined EDNS flags, which dig marks. */
  readonly mustBeZero: boolean;
  readonly hasSoa: boolean;
  readonly answers: number;
  /** Version of the OPT record; undefined without one. */
  readonly edns: number | undefined;
  readonly ednsFlags: readonly string[];
  /** What the OPT record holds beside: `NSID`, `COOKIE` … */
  readonly options: readonly string[];
  readonly octets: number;
  readonly text: string;
}

async function dig(written: string): Promise<Shown> {
  const { address, port } = rondo.endpoint;
  const args = written.replaceAll("<zone>", "example.com").split(" ");
  const { status, stdout, stderr } = await runPeer("dig", [
    `@${address}`,
    "-p",
    String(port),
    "+tries=1",
    "+time=5",
    ...args,
  ]);
  expect([status, stderr]).toEqual([0, ""]);
  const find = (pattern: RegExp): string => pattern.exec(stdout)?.[1] ?? "";
  const words = (text: string): string[] => text.split(" ").filter((word) => word !== "");
  const edns = /^; EDNS: version: (\d+), flags:([^;]*);.* udp: (\d+)$/m.exec(stdout);
  const opt = find(/^;; OPT PSEUDOSECTION:\n((?:; .*\n)*)/m);
  const options = [...opt.matchAll(/^; ([A-Z][A-Z -]*)(?==|:)/gm)].map(([, name = ""]) => name);
  return {
    status: find(/status: (\w+)/),
    opcode: find(/opcode: (\w+)/),
    flags: words(find(/^;; flags: ([^;]*);/m)),
    mustBeZero: stdout.includes("MBZ"),
    hasSoa: /^example\.com\.\s+\d+\s+IN\s+SOA\s/m.test(stdout),
    answers: Number(find(/ANSWER: (\d+)/)),
    edns: edns === null ? undefined : Number(edns[1]),
    ednsFlags: edns === null ? [] : words(edns[2]!.replace(/MBZ:.*/, "")),
    options: options.filter((name) => name !== "EDNS"),
    octets: Number(find(/MSG SIZE\s+rcvd: (\d+)/)),
    text: stdout,
  };
}

/** An answer with the SOA record, of which only what is said differs. */
function soa(differs: Partial<Shown> = {}): Partial<Shown> {
  return {
    status: "NOERROR",
    opcode: "QUERY",
    flags: ["qr", "aa"],
    mustBeZero: false,
    hasSoa: true,
    answers: 1,
    edns: undefined,
    ednsFlags: [],
    options: [],
    ...differs,
  };
}

const PLAIN = soa();
const EDNS = soa({ edns: 0 });
/** No option of a version that is not known is looked at, and DO is copied. */
const BADVERS = soa({ status: "BADVERS", flags: ["qr"], hasSoa: false, answers: 0, edns: 0 });
const NOTIMP = soa({
  status: "NOTIMP",
  opcode: "RESERVED15",
  flags: ["qr"],
  hasSoa: false,
  answers: 0,
});
/** A zone without signatures has no such record. */
const NO_DNSKEY = soa({ answers: 0, edns: 0, ednsFlags: ["do"] });

const COOKIE = "+cookie=0102030405060708";

const CASES: Readonly<Record<string, readonly [query: string, expected: Partial<Shown>]>> = {
  dns: ["+noedns +noad +norec SOA <zone>", PLAIN],
  aa: ["+noedns +noad +norec +aaflag SOA <zone>", PLAIN],
  ad: ["+noedns +ad +norec SOA <zone>", PLAIN],
  cd: ["+noedns +noad +norec +cd SOA <zone>", soa({ flags: ["qr", "aa", "cd"] })],
  ra: ["+noedns +noad +norec +raflag SOA <zone>", PLAIN],
  rd: ["+noedns +noad +rec SOA <zone>", soa({ flags: ["qr", "aa", "rd"] })],
  tc: ["+noedns +noad +norec +tcflag SOA <zone>", PLAIN],
  zflag: ["+noedns +noad +norec +zflag SOA <zone>", PLAIN],
  opcode: ["+noedns +noad +norec +header-only +opcode=15", NOTIMP],
  opcodeflg: [
    "+noedns +rec +header-only +opcode=15 +tcflag +raflag +cd +ad +aaflag +zflag",
    { ...NOTIMP, flags: ["qr", "rd", "cd"] },
  ],
  type666: ["+noedns +noad +norec TYPE666 <zone>", soa({ answers: 0 })],
  type1000: ["+noedns +noad +norec TYPE1000 <zone>", soa({ answers: 0 })],
  tcp: ["+noedns +noad +norec +tcp SOA <zone>", PLAIN],

  edns: ["+edns=0 +nocookie +noad +norec SOA <zone>", EDNS],
  edns1: ["+edns=1 +noednsneg +nocookie +noad +norec SOA <zone>", BADVERS],
  edns100: ["+edns=100 +noednsneg +nocookie +noad +norec SOA <zone>", BADVERS],
  "edns@512": [
    "+edns=0 +nocookie +noad +norec +dnssec +ignore +bufsize=512 DNSKEY <zone>",
    NO_DNSKEY,
  ],
  ednsopt: ["+edns=0 +nocookie +noad +norec +ednsopt=100 SOA <zone>", EDNS],
  edns1opt: ["+edns=1 +noednsneg +nocookie +noad +norec +ednsopt=100 SOA <zone>", BADVERS],
  do: ["+edns=0 +nocookie +noad +norec +dnssec SOA <zone>", soa({ edns: 0, ednsFlags: ["do"] })],
  docd: [
    "+edns=0 +nocookie +noad +norec +dnssec +cd SOA <zone>",
    soa({ flags: ["qr", "aa", "cd"], edns: 0, ednsFlags: ["do"] }),
  ],
  edns1do: [
    "+edns=1 +noednsneg +nocookie +noad +norec +dnssec SOA <zone>",
    { ...BADVERS, ednsFlags: ["do"] },
  ],
  ednsflags: ["+edns=0 +nocookie +noad +norec +ednsflags=0x0080 SOA <zone>", EDNS],
  "ednsflags, all but DO": ["+edns=0 +nocookie +noad +norec +ednsflags=0x7fff SOA <zone>", EDNS],
  optlist: [
    `+edns=0 +noad +norec +nsid +subnet=0.0.0.0/0 +expire ${COOKIE} SOA <zone>`,
    soa({ edns: 0, options: ["CLIENT-SUBNET", "COOKIE", "NSID", "EXPIRE"] }),
  ],
  ednsnsid: [
    "+edns=0 +nocookie +noad +norec +nsid SOA <zone>",
    soa({ edns: 0, options: ["NSID"] }),
  ],
  ednscookie: [`+edns=0 +noad +norec ${COOKIE} SOA <zone>`, soa({ edns: 0, options: ["COOKIE"] })],
  ednsexpire: [
    "+edns=0 +nocookie +noad +norec +expire SOA <zone>",
    soa({ edns: 0, options: ["EXPIRE"] }),
  ],
  ednssubnet: [
    "+edns=0 +nocookie +noad +norec +subnet=0.0.0.0/0 SOA <zone>",
    soa({ edns: 0, options: ["CLIENT-SUBNET"] }),
  ],
  edns1nsid: ["+edns=1 +noednsneg +nocookie +noad +norec +nsid SOA <zone>", BADVERS],
  edns1cookie: [`+edns=1 +noednsneg +noad +norec ${COOKIE} SOA <zone>`, BADVERS],
  edns1expire: ["+edns=1 +noednsneg +nocookie +noad +norec +expire SOA <zone>", BADVERS],
  edns1subnet: ["+edns=1 +noednsneg +nocookie +noad +norec +subnet=0.0.0.0/0 SOA <zone>", BADVERS],
  ednstcp: ["+edns=0 +nocookie +noad +norec +dnssec +bufsize=512 +tcp DNSKEY <zone>", NO_DNSKEY],

  bind11: [
    `+edns=0 ${COOKIE} +noad +norec +dnssec SOA <zone>`,
    soa({ edns: 0, ednsFlags: ["do"], options: ["COOKIE"] }),
  ],
  dig11: [
    `+edns=0 ${COOKIE} +ad +rec SOA <zone>`,
    soa({ flags: ["qr", "aa", "rd"], edns: 0, options: ["COOKIE"] }),
  ],

  "a long answer in 512 octets": [
    "+edns=0 +nocookie +noad +norec +ignore +bufsize=512 TXT big.<zone>",
    soa({ flags: ["qr", "aa", "tc"], hasSoa: false, answers: 0, edns: 0 }),
  ],
  "a long answer in what is ours": [
    "+edns=0 +nocookie +noad +norec +ignore +bufsize=4096 TXT big.<zone>",
    soa({ hasSoa: false, answers: 3, edns: 0 }),
  ],
  "padding and keepalive in the clear": [
    "+edns=0 +nocookie +noad +norec +padding=128 +keepalive SOA <zone>",
    EDNS,
  ],
  "keepalive over TCP": [
    "+edns=0 +nocookie +noad +norec +keepalive +tcp SOA <zone>",
    soa({ edns: 0, options: ["TCP KEEPALIVE"] }),
  ],
};

describeWithPeers("the compliance tests of ISC and RFC 8906", ["dig"], () => {
  test.each(Object.entries(CASES))("%s", async (_, [written, expected]) => {
    const shown = await dig(written);
    expect(shown).toMatchObject(expected);
    if (written.includes("+bufsize=512") && !written.includes("+tcp")) {
      expect(shown.octets).toBeLessThanOrEqual(512);
    }
  });

  test("dnswkk: a key that nobody has is refused, and the refusal says so", async () => {
    const key = "hmac-sha256:.:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    const { address, port } = rondo.endpoint;
    const args = [`@${address}`, "-p", `${port}`, "+noedns", "+noad", "+norec", "-y", key];
    const { stdout } = await runPeer("dig", [...args, "SOA", "example.com"]);
    expect(stdout).toMatch(/status: NOTAUTH[\s\S]*TSIG\s+hmac-sha256\. .* BADKEY/);
  });

  test("the values of options", async () => {
    const { text } = await dig(`+noad +norec +nsid ${COOKIE} SOA <zone>`);
    expect(text).toContain('; NSID: 6e 73 31 2d 66 72 61 ("ns1-fra")');
    expect(text).toMatch(/; COOKIE: 0102030405060708[0-9a-f]{32} \(good\)/);
    expect((await dig("+nocookie SOA example.org")).text).toContain(
      "; EDE: 20 (Not Authoritative)",
    );
    const kept = await dig("+nocookie +keepalive +tcp SOA <zone>");
    expect(kept.text).toContain("; TCP KEEPALIVE: 10.0 secs");
  });
});
