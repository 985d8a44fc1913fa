import { formatSocketAddress } from "../config/socket-address.ts";
import type { JobOutcome } from "../loader/worker-pool.ts";
import { isNewerSerial } from "../wire/serial.ts";
import type { Zone } from "../zone/model.ts";
import type { BuildJob, BuildResult } from "./build-job.ts";
import type { PrimaryClient, PrimaryQuestion, Version } from "./primary-client.ts";
import type { SilentPrimaries } from "./silent-primaries.ts";
import type { Slots } from "./slots.ts";

/** What comes of asking one primary for a zone. */
export type PrimaryOutcome =
  /** What we have is what it has. */
  | {
      readonly kind: "confirmed";
      /** See `Version`. */
      readonly expire: number | undefined;
    }
  | {
      readonly kind: "built";
      readonly result: Extract<BuildResult, { readonly kind: "built" }>;
      readonly isIncremental: boolean;
      readonly expire: number | undefined;
    }
  | { readonly kind: "failed"; readonly reason: string }
  /** It was not asked: others may answer sooner. */
  | { readonly kind: "shunned" };

export interface AskingOptions {
  readonly client: PrimaryClient;
  readonly silent: SilentPrimaries;
  /** Bound how many are asked, and how many zones are on their way, at a time; by primary. */
  readonly questions: Slots;
  readonly transfers: Slots;
  readonly build: (job: BuildJob) => Promise<JobOutcome<BuildResult>>;
  /** Seconds since 1970. */
  readonly wallSeconds: () => number;
}

/** What we have of the zone. */
export interface OwnZone {
  readonly serial: number;
  /** Rdata of its SOA. */
  readonly soa: Uint8Array;
  /** Whether it is in the state folder, for changes to be applied to. */
  readonly isSaved: boolean;
  /** Whether it is not served any more, for nobody has confirmed it for too long. */
  readonly isExpired: boolean;
}

/** What is asked about. */
export interface Asking {
  /** As its file has it. */
  readonly zone: Zone;
  readonly stateFile: string;
  readonly own: OwnZone | undefined;
  /** Whether the whole zone is to be transferred, whatever its serial. */
  readonly isForced: boolean;
  readonly question: PrimaryQuestion;
}

/**
 * Asks a primary whether it has something newer than we have, and fetches that: the changes if it gives those, else all.
 * Never rejects.
 *
 * @param mayShun leave it out if it lately did not answer
 */
export async function askPrimary(
  asking: Asking,
  mayShun: boolean,
  options: AskingOptions,
): Promise<PrimaryOutcome> {
  const { question, own, isForced } = asking;
  const { questions, transfers, silent, client } = options;
  const key = formatSocketAddress(question.primary);
  const withKey = `${key} ${question.key}`;
  const isShunned = (): boolean => mayShun && (silent.isShunned(key) || silent.isShunned(withKey));
  if (isShunned()) return SHUNNED;
  const answer = await questions.use(key, async () => {
    // Somebody else may have found out meanwhile.
    if (isShunned()) return undefined;
    silent.noteTry(key);
    silent.noteTry(withKey);
    const said = await client.askSerial(question);
    if (!question.signal.aborted) {
      const isSilent = said.kind === "failed" && said.isSilent === true;
      silent.note(key, isSilent);
      // One that says nothing says nothing of the key either.
      if (!isSilent) silent.note(withKey, said.kind === "failed" && said.isUntrusted === true);
    }
    return said;
  });
  if (answer === undefined) return SHUNNED;
  if (answer.kind === "failed") return answer;
  if (question.signal.aborted) return fail("it is not wanted any more");
  const areChangesWanted =
    !isForced && own?.isSaved === true && isNewerSerial(answer.serial, own.serial);
  return (
    compareSerials(answer, asking) ??
    transfers.use(key, async () =>
      isShunned() ? SHUNNED : fetch(asking, answer.expire, areChangesWanted, options),
    )
  );
}

const SHUNNED: PrimaryOutcome = { kind: "shunned" };

/** What there is to say without a transfer; undefined: the primary has something better than we have. */
function compareSerials(
  { serial, expire }: Version,
  { own, isForced }: Pick<Asking, "own" | "isForced">,
): PrimaryOutcome | undefined {
  if (isForced || own === undefined || isNewerSerial(serial, own.serial)) return undefined;
  if (serial === own.serial) return { kind: "confirmed", expire };
  // Any version is better than one that may not be served: the primary may have begun anew.
  if (own.isExpired) return undefined;
  return fail(`its serial ${serial} does not come after ours, ${own.serial}`);
}

/** @param saidExpire what it said of that when it was asked for the serial */
async function fetch(
  asking: Asking,
  saidExpire: number | undefined,
  areChangesWanted: boolean,
  options: AskingOptions,
): Promise<PrimaryOutcome> {
  const { zone, stateFile, question } = asking;
  const base = areChangesWanted ? asking.own : undefined;
  const answer = await options.client.transfer(question, base);
  if (answer.kind === "failed") {
    if (answer.isSilent && !question.signal.aborted) {
      options.silent.note(formatSocketAddress(question.primary), true);
    }
    if (base !== undefined && answer.isWholeWanted)
      return fetch(asking, saidExpire, false, options);
    return answer;
  }
  const { serial, expire = saidExpire } = answer;
  const compared = compareSerials({ serial, expire }, asking);
  if (compared !== undefined) return compared;
  if (answer.kind === "current") return fail("it has nothing newer, against what it said before");
  if (question.signal.aborted) return fail("it is not wanted any more");
  const outcome = await options.build({
    kind: "transfer",
    zone,
    stateFile,
    blocks: answer.blocks,
    ownSerial: base?.serial,
    isIncremental: answer.isIncremental,
    receivedAt: options.wallSeconds(),
    expire,
  });
  if (outcome.kind === "failed") return fail(`what it sent cannot be taken in: ${outcome.reason}`);
  const { result } = outcome;
  switch (result.kind) {
    case "built":
      return { kind: "built", result, isIncremental: answer.isIncremental, expire };
    case "refused":
      if (base !== undefined && result.isWholeWanted)
        return fetch(asking, saidExpire, false, options);
      return fail(`what it sent is refused: ${result.reason}`);
    case "missing":
    case "kept":
      return fail("what it sent is gone");
  }
}

function fail(reason: string): PrimaryOutcome {
  return { kind: "failed", reason };
}
