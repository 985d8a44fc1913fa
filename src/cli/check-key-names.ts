import { createFileIssue, type Issue } from "../config/issue.ts";
import type { KeySettings } from "../config/server/keys-section.ts";
import type { LoadedZone } from "../loader/resolve-zones.ts";
import type { Zone } from "../zone/model.ts";

/** Warns of TSIG keys that zone files name and the server file does not have. */
export function checkKeyNames(
  zones: readonly LoadedZone[],
  keys: readonly Pick<KeySettings, "name">[],
): Issue[] {
  const names = keys.map(({ name }) => name);
  const allowed = names.length === 0 ? "it has none" : `it has ${names.join(", ")}`;
  return zones.flatMap(({ file, prepared }) =>
    keysOf(prepared.zone)
      .filter((key) => !names.includes(key))
      .map((key) =>
        createFileIssue(
          file,
          "warning",
          `the zone names the key ${key}, which is not under "keys" of the server file: ${allowed}`,
        ),
      ),
  );
}

function keysOf({ secondary, transfer }: Zone): readonly string[] {
  const rules = [...(transfer?.allow ?? []), ...(transfer?.notify ?? [])];
  return [...new Set([secondary?.key, ...rules.map(({ key }) => key)])].filter(
    (key) => key !== undefined,
  );
}
