import { randomInt } from "node:crypto";
import { join } from "node:path";
import type { Clock } from "./clock/clock.ts";
import type { Closers } from "./closers.ts";
import type { SocketAddress } from "./config/socket-address.ts";
import { Aliases } from "./control/aliases.ts";
import type { ControlPlane } from "./control/control-plane.ts";
import { MAX_TARGETS_TEXT, parseTargets, serializeTargets } from "./control/saved-targets.ts";
import type { Log } from "./log/log.ts";
import { createStubResolver } from "./resolver/stub-resolver.ts";
import { createPacedFile, readBounded } from "./state/paced-file.ts";

export interface OpenAliasesOptions {
  /** Whom to ask; empty: nobody. */
  readonly resolvers: readonly SocketAddress[];
  readonly stateDirectory: string;
  readonly clock: Clock;
  /** Whether `resolved.json` is this process's to write. */
  readonly mayWrite: () => boolean;
  readonly log: Log;
  readonly plane: () => Pick<ControlPlane, "zones" | "replacePools">;
  /** Pools have other values now. */
  readonly onReplaced: () => void;
  readonly closers: Closers;
}

/** ALIAS records with targets elsewhere, gone on with from `resolved.json` and kept there. */
export async function openAliases(options: OpenAliasesOptions): Promise<Aliases> {
  const { resolvers, stateDirectory, clock, mayWrite, log, plane, onReplaced } = options;
  const path = join(stateDirectory, "resolved.json");
  const isAsking = resolvers.length > 0;
  const read = isAsking
    ? await readBounded(path, MAX_TARGETS_TEXT)
    : { reason: "nobody is asked", isMissing: true };
  const saved = "text" in read ? parseTargets(read.text) : read.reason;
  if (typeof saved === "string" && ("text" in read || !read.isMissing)) {
    log.warn({ file: path, problem: saved }, "what was known of ALIAS targets is ignored");
  }
  const resolver = isAsking
    ? createStubResolver({ servers: resolvers, randomInt, now: clock.now })
    : undefined;
  const aliases = new Aliases({
    resolver,
    clock,
    random: Math.random,
    log,
    remembered: typeof saved === "string" ? [] : saved,
    zones: () => plane().zones,
    replacePools: (zones) => {
      plane().replacePools(zones);
      onReplaced();
    },
    onChange: () => file?.touch(),
  });
  let isBroken = false;
  const file = isAsking
    ? createPacedFile({
        path,
        clock,
        text: () => serializeTargets(aliases.export()),
        mayWrite,
        onError: (err) => {
          if (!isBroken) log.warn({ err, file: path }, "ALIAS targets cannot be saved");
          isBroken = true;
        },
      })
    : undefined;
  options.closers.add(async () => {
    await file?.close();
    aliases.close();
    resolver?.close();
  });
  return aliases;
}
