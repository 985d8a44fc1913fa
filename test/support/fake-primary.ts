/** A primary that says what a test wants, and what it was asked; for those who refresh zones, without a network. */
import { runBuildJob } from "../../src/secondary/build-job.ts";
import { FrameBlocks } from "../../src/secondary/frame-blocks.ts";
import type {
  PrimaryClient,
  PrimaryQuestion,
  SerialAnswer,
  TransferAnswer,
} from "../../src/secondary/primary-client.ts";
import { ns, type SoaTimes, soa, type TransferRecord, writeMessage } from "./zone-transfer.ts";

export interface FakePrimary extends PrimaryClient {
  /** What it has by address; undefined: it does not answer. */
  readonly versions: Map<string, ZoneVersion | undefined>;
  /** `SOA 192.0.2.1`, `AXFR 192.0.2.1`, `IXFR 192.0.2.1 from 1`. */
  readonly asked: string[];
  /** Whether it gives changes where those are asked for. */
  givesChanges: boolean;
  /** If set, answers wait until it is called. */
  hold: (() => Promise<void>) | undefined;
}

export interface ZoneVersion {
  readonly serial: number;
  /** For how long it will have it, in seconds, if it says so. */
  readonly expire?: number;
  readonly times?: SoaTimes;
  readonly records?: readonly TransferRecord[];
  /** Instead of the answer to a transfer. */
  readonly transfer?: TransferAnswer;
}

export const FAKE_ZONE = "example.net.";

export function createFakePrimary(): FakePrimary {
  const versions: FakePrimary["versions"] = new Map();
  const silent = { kind: "failed", reason: "no answer", isSilent: true } as const;
  const primary: FakePrimary = {
    versions,
    asked: [],
    givesChanges: true,
    hold: undefined,
    async askSerial({ primary: { address } }): Promise<SerialAnswer> {
      primary.asked.push(`SOA ${address}`);
      await primary.hold?.();
      const version = versions.get(address);
      return version === undefined
        ? silent
        : { kind: "serial", serial: version.serial, expire: version.expire };
    },
    async transfer({ primary: { address } }: PrimaryQuestion, own): Promise<TransferAnswer> {
      const from = own === undefined ? "" : ` from ${own.serial}`;
      primary.asked.push(`${own === undefined ? "AXFR" : "IXFR"} ${address}${from}`);
      await primary.hold?.();
      const version = versions.get(address);
      if (version === undefined) return { ...silent, isWholeWanted: false };
      if (version.transfer !== undefined) return version.transfer;
      return own !== undefined && primary.givesChanges
        ? sendChanges(own.serial, version)
        : sendWhole(version);
    },
  };
  return primary;
}

/** A whole zone with an SOA, an NS and the version's records. */
export function sendWhole({ serial, times, expire, records = [] }: ZoneVersion): TransferAnswer {
  const end = soa(FAKE_ZONE, serial, times);
  return send(serial, false, [end, ns(FAKE_ZONE, "ns1.example.com."), ...records, end], expire);
}

/** Changes that add the version's records. */
function sendChanges(
  from: number,
  { serial, times, expire, records = [] }: ZoneVersion,
): TransferAnswer {
  const end = soa(FAKE_ZONE, serial, times);
  return send(serial, true, [end, soa(FAKE_ZONE, from, times), end, ...records, end], expire);
}

function send(
  serial: number,
  isIncremental: boolean,
  answers: readonly TransferRecord[],
  expire: number | undefined,
): TransferAnswer {
  const blocks = new FrameBlocks();
  const question = { name: FAKE_ZONE, type: isIncremental ? "IXFR" : "AXFR" };
  blocks.append(writeMessage({ question, answers }));
  return {
    kind: "transferred",
    serial,
    expire,
    isIncremental,
    blocks: blocks.blocks(),
    records: answers.length,
  };
}

/** What a build worker does, on this thread. */
export const buildHere = async (
  job: Parameters<typeof runBuildJob>[0],
): Promise<{ readonly kind: "done"; readonly result: ReturnType<typeof runBuildJob> }> => ({
  kind: "done",
  result: runBuildJob(job),
});
