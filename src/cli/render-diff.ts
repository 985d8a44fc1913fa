import type { ClientChange, RRsetChange, ZoneChange } from "../control/compare-zones.ts";
import { formatCount } from "../steering/format-count.ts";

const MARKS: Readonly<Record<ZoneChange["kind"], string>> = {
  added: "+",
  removed: "-",
  changed: "±",
};

/** Zones, RRsets and clients whose answers change, as `-` what is served and `+` what would be. */
export function renderDiff(changes: readonly ZoneChange[]): string {
  if (changes.length === 0) return "no answer would change\n";
  return `${changes.map(renderZone).join("")}${summarize(changes)}\n`;
}

function renderZone(change: ZoneChange): string {
  const { zone, kind, names, records, rrsets, massChanges, uncompared } = change;
  if (uncompared !== undefined) return `± zone ${zone}: not compared: ${uncompared}\n`;
  if (kind === "added")
    return `+ zone ${zone}: ${formatCount(names, "name")}, ${formatCount(records, "record")}\n`;
  if (kind === "removed") {
    return `- zone ${zone}: ${formatCount(names, "name")}, ${formatCount(records, "record")}; served until a restart\n`;
  }
  const guard = massChanges.map((change) => `  ! ${change}\n`).join("");
  const note = guard === "" ? "" : `${guard}  ! a reload refuses this without --force\n`;
  return `± zone ${zone}\n${rrsets.map(renderRRset).join("")}${note}`;
}

function renderRRset({ name, type, kind, clients }: RRsetChange): string {
  const head = `  ${MARKS[kind]} ${name} ${type}`;
  const [only] = clients;
  if (clients.length === 1 && only!.example === undefined) {
    return `${head}\n${renderChange(only!, "      ")}`;
  }
  const parts = clients.map(
    (change) => `      ${describeClients(change)}\n${renderChange(change, "        ")}`,
  );
  return `${head}\n${parts.join("")}`;
}

function renderChange({ before, after }: ClientChange, indent: string): string {
  const old = before === undefined ? "" : `${indent}- ${before}\n`;
  return after === undefined ? old : `${old}${indent}+ ${after}\n`;
}

function describeClients({ example, share4, share6 }: ClientChange): string {
  const shares = [
    ...(share4 > 0 ? [`${percent(share4)} of IPv4`] : []),
    ...(share6 > 0 ? [`${percent(share6)} of IPv6`] : []),
  ];
  return `clients like ${example} (${shares.join(", ")}):`;
}

/** Two digits that say something; what is tiny is not nothing. */
function percent(share: number): string {
  const value = share * 100;
  if (value >= 99.995) return "all";
  if (value < 0.0001) return "less than 0.0001 %";
  return `${Number(value.toPrecision(value >= 10 ? 3 : 2))} %`;
}

function summarize(changes: readonly ZoneChange[]): string {
  const rrsets = changes.flatMap((change) => change.rrsets);
  const of = (list: readonly { readonly kind: ZoneChange["kind"] }[]): string =>
    (["added", "changed", "removed"] as const)
      .map((kind) => [list.filter((one) => one.kind === kind).length, kind] as const)
      .filter(([number]) => number > 0)
      .map(([number, kind]) => `${number} ${kind}`)
      .join(", ");
  const records = rrsets.length === 0 ? "" : `; record sets: ${of(rrsets)}`;
  return `zones: ${of(changes)}${records}`;
}
