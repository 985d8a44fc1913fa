import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { expandRdata } from "../../src/rdata/expand-rdata.ts";
import { formatRdata } from "../../src/rdata/format-rdata.ts";
import { namesIn } from "../../src/rdata/names-in.ts";
import { RDATA_LAYOUTS } from "../../src/rdata/rdata-layouts.ts";
import { readRdataWords } from "../../src/rdata/read-rdata-words.ts";
import { splitWords } from "../../src/rdata/word.ts";
import { lowerName, ROOT } from "../../src/wire/name.ts";
import { formatType, parseType } from "../../src/wire/rr-types.ts";
import { type Endpoint, frame, openTcp } from "../support/dns-client.ts";
import { serveInProcess } from "../support/in-process.ts";
import { startNameServer } from "../support/name-servers.ts";
import { query } from "../support/packet.ts";
import { describeWithPeers, runPeer } from "../support/peers.ts";
import { randomRdata } from "../support/random-rdata.ts";
import { RDATA_SAMPLES } from "../support/rdata-samples.ts";

interface Sample {
  readonly owner: string;
  readonly type: string;
  readonly text: string;
}

const APEX = "example.com";

const written = Object.entries(RDATA_SAMPLES).flatMap(([type, texts]) =>
  texts.map((text): [string, string] => [type, text]),
);
const random = [...RDATA_LAYOUTS.keys()].flatMap((type) =>
  fc
    .sample(randomRdata(type), { numRuns: 3, seed: 1 })
    .map((rdata): [string, string] => [formatType(type), formatRdata(type, rdata)]),
);
const name = ([type, text]: [string, string], i: number): Sample => ({
  owner: `r${i}.${APEX}`,
  type,
  text,
});
const WRITTEN: readonly Sample[] = written.map(name);
const ALL: readonly Sample[] = [...written, ...random].filter(([type]) => type !== "SOA").map(name);

/** What each server is asked about, and the types that it refuses, is too old to read, or answers from its own tables. */
const PEERS = [
  {
    program: "nsd",
    // It takes the dot behind an escaped backslash for an escaped dot.
    samples: WRITTEN.filter(({ text }) => !text.startsWith("\\\\.")),
    without:
      "MD MF MB NSEC3 DLV GPOS HIP NINFO RKEY TALINK DSYNC HHIT BRID DOA AMTRELAY RESINFO WALLET TA CLA IPN NSAP-PTR EID NIMLOC",
  },
  {
    program: "knotd",
    // It knows no dohpath.
    samples: WRITTEN.filter(({ text }) => !text.includes("dohpath")),
    without:
      "MD MF MB MG MR NULL NSEC3 WKS X25 ISDN NSAP SIG PX GPOS NXT HIP NINFO RKEY TALINK DSYNC HHIT BRID AVC DOA AMTRELAY RESINFO WALLET TA DLV CLA IPN NSAP-PTR EID NIMLOC",
  },
  { program: "named", samples: ALL, without: "MD MF NSEC3 CLA IPN" },
] as const;

describeWithPeers("records of every type", ["nsd", "knotd", "named", "named-checkzone"], () => {
  const rondo = serveInProcess({
    "example.com.yaml": [
      `zone: ${APEX}.`,
      "records:",
      '  "": { type: NS, values: [ns1.example.net., ns2.example.net.] }',
      ...ALL.map(
        ({ owner, type, text }) =>
          `  ${owner.split(".")[0]}: { type: "${type}", value: ${JSON.stringify(quoteText(type, text))} }`,
      ),
    ].join("\n"),
  });

  test.for(PEERS)("mean the same to $program", async ({ program, ...peer }) => {
    const without = peer.without.split(" ");
    const samples = peer.samples.filter(({ type }) => !without.includes(type));
    const server = await startNameServer(program, APEX, writeMaster(samples));
    try {
      const theirs = await askAll(server, samples);
      const differences = samples.flatMap((sample, i) => {
        const packet = query({ name: sample.owner, type: `TYPE${parseType(sample.type)}` });
        const ours = listRdata(rondo.ask(packet, "tcp"), sample.type);
        const other = listRdata(theirs[i], sample.type);
        return ours === other && ours !== "" ? [] : [{ ...sample, ours, other }];
      });
      expect(differences).toEqual([]);
    } finally {
      await server.stop();
    }
  });

  test("are read as BIND spells them", async () => {
    const without = ["MD", "MF", "NSEC3", "CLA", "IPN"];
    const samples = ALL.filter(({ type }) => !without.includes(type));
    const file = join(mkdtempSync(join(tmpdir(), "rondo-spelling-")), "zone");
    writeFileSync(file, writeMaster(samples));
    const args = ["-k", "ignore", "-i", "none", "-D", "-s", "full", "-o", "-", APEX, file];
    const { stdout } = await runPeer("named-checkzone", args);
    rmSync(dirname(file), { recursive: true });
    const spelled = new Map(
      stdout.split("\n").flatMap((line): [string, string][] => {
        const [, owner, text] = /^(r\d+\S+)\s+\d+\s+IN\s+\S+\s*(.*)$/.exec(line) ?? [];
        return owner === undefined ? [] : [[owner, text ?? ""]];
      }),
    );
    const differences = samples.flatMap((sample) => {
      const spelling = spelled.get(`${sample.owner}.`);
      const [ours, theirs] = [sample.text, spelling].map((text) => readText(sample.type, text));
      return ours === theirs ? [] : [{ ...sample, spelling, ours, theirs }];
    });
    expect(differences).toEqual([]);
  });
});

/** Wire form in hexadecimal, or what is wrong. */
function readText(type: string, text: string | undefined): string {
  const words = text === undefined ? undefined : splitWords(text);
  const read = words && readRdataWords(parseType(type) ?? 0, words, ROOT);
  if (read === undefined) return "nothing";
  return read instanceof Uint8Array ? Buffer.from(read).toString("hex") : read.error;
}

function writeMaster(samples: readonly Sample[]): string {
  return [
    `$ORIGIN ${APEX}.`,
    "$TTL 60",
    "@ SOA ns1.example.net. hostmaster 1 7200 1800 1209600 60",
    "@ NS ns1.example.net.",
    "@ NS ns2.example.net.",
    ...samples.map(({ owner, type, text }) => `${owner}. IN ${type} ${text}`),
    "",
  ].join("\n");
}

/** In YAML, text without quotes is one string. */
function quoteText(type: string, text: string): string {
  if (type !== "TXT") return text;
  return (splitWords(text) ?? []).map((word) => `"${word.text}"`).join(" ");
}

/** One after the other over one connection. */
async function askAll(
  server: Endpoint,
  samples: readonly Sample[],
): Promise<(Uint8Array | undefined)[]> {
  const conversation = await openTcp(server);
  try {
    const replies: (Uint8Array | undefined)[] = [];
    for (const { owner, type } of samples) {
      conversation.write(frame(query({ name: owner, type: `TYPE${parseType(type)}` })));
      replies.push(await conversation.next());
    }
    return replies;
  } finally {
    conversation.close();
  }
}

/** The rdata of a type in a reply's answer and authority sections, names expanded, in hexadecimal. */
function listRdata(reply: Uint8Array | undefined, type: string): string {
  if (reply === undefined) return "";
  const octets = reply;
  const view = new DataView(octets.buffer, octets.byteOffset, octets.length);
  const records: string[] = [];
  let at = skipName(octets, 12) + 4;
  for (let left = view.getUint16(6) + view.getUint16(8); left > 0; left--) {
    at = skipName(octets, at) + 10;
    const length = view.getUint16(at - 2);
    const number = view.getUint16(at - 10);
    if (number === parseType(type)) {
      records.push(describeRdata(number, expandRdata(number, octets, at, length)));
    }
    at += length;
  }
  return records.sort().join(" ");
}

/** In hexadecimal, names in lower case: NSD and Knot keep no other. */
function describeRdata(type: number, rdata: Uint8Array | undefined): string {
  if (rdata === undefined) return "malformed";
  for (const { start, end } of namesIn(type, rdata)) {
    rdata.set(lowerName(rdata.subarray(start, end)), start);
  }
  return `0x${Buffer.from(rdata).toString("hex")}`;
}

function skipName(octets: Uint8Array, start: number): number {
  let at = start;
  for (let length = octets[at] ?? 0; length !== 0; length = octets[at] ?? 0) {
    if (length >= 0xc0) return at + 2;
    at += 1 + length;
  }
  return at + 1;
}
