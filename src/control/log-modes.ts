import type { Log } from "../log/log.ts";
import type { Mode } from "../steering/decision.ts";
import type { SteeredRRset } from "../zone/model.ts";

/** Logs that classes of clients of a name are answered in another manner than before: one line per manner. */
export function logModes(
  log: Log,
  zone: string,
  { label, type }: SteeredRRset,
  before: readonly Mode[] | undefined,
  after: readonly Mode[],
): void {
  if (after === before) return;
  const entered = new Map<Mode, number>();
  let left = 0;
  after.forEach((mode, i) => {
    const was = before?.[i] ?? "normal";
    if (mode === was) return;
    if (ENTERING[mode] !== undefined) entered.set(mode, (entered.get(mode) ?? 0) + 1);
    else if (ENTERING[was] !== undefined && mode === "normal") left++;
  });
  const fields = { zone, name: label, type };
  for (const [mode, classes] of entered) {
    log.warn({ ...fields, classes, mode }, `no pool in service: answering ${ENTERING[mode]}`);
  }
  if (left > 0) log.info({ ...fields, classes: left }, "values in service again");
}

const ENTERING: Readonly<Partial<Record<Mode, string>>> = {
  "all-down-open": "as if all values were healthy",
  "all-down-last": "what was healthy last",
  "all-down-closed": "that there is no data",
  "all-down-servfail": "SERVFAIL",
  "last-resort": "the values for this case",
};
