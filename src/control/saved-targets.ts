/**
 * The text of `resolved.json`: what resolvers have said of the targets of ALIAS records, so that a restart answers at once
 * and without them. Pure; open-aliases.ts reads and writes. However old it is, it is better than nothing.
 */
import { formatAddress, parseAddress } from "../address/parse.ts";
import type { Known, Target } from "../resolver/target-table.ts";
import { isRecord, parseStateText } from "../state/state-text.ts";
import { formatName, lowerName, parseName } from "../wire/name.ts";
import { TYPE_A, TYPE_AAAA } from "../wire/rr-types.ts";

export interface SavedTarget extends Target {
  readonly known: Known;
}

/** Longer texts are not even parsed, in octets. */
export const MAX_TARGETS_TEXT: number = 64 * 1024 * 1024;

const FORMAT = 1;
const MAX_TTL = 0x7fffffff;

export function serializeTargets(targets: readonly SavedTarget[]): string {
  const resolved = targets.map(({ name, type, known: { rdata, ttl } }) => ({
    name: formatName(name),
    type,
    ttl,
    addresses: rdata.map((octets) => formatAddress({ family: familyOf(type), octets })),
  }));
  return `${JSON.stringify({ format: FORMAT, resolved })}\n`;
}

/** Reads what `serializeTargets` wrote; a string says why it is ignored whole. */
export function parseTargets(text: string): readonly SavedTarget[] | string {
  const file = parseStateText(text, FORMAT);
  if (typeof file === "string") return file;
  if (!Array.isArray(file.resolved)) return "it is not complete";
  const targets = file.resolved.map(parseTarget);
  const isWhole = (target: SavedTarget | undefined): target is SavedTarget => target !== undefined;
  return targets.every(isWhole) ? targets : "it holds a target that makes no sense";
}

function parseTarget(entry: unknown): SavedTarget | undefined {
  if (!isRecord(entry)) return undefined;
  const { name, type, ttl, addresses } = entry;
  if (type !== TYPE_A && type !== TYPE_AAAA) return undefined;
  if (!Number.isInteger(ttl) || Number(ttl) < 0 || Number(ttl) > MAX_TTL) return undefined;
  const parsed = typeof name === "string" ? parseName(name) : undefined;
  if (!parsed?.ok || !Array.isArray(addresses)) return undefined;
  const rdata: Uint8Array[] = [];
  for (const written of addresses) {
    const address = typeof written === "string" ? parseAddress(written) : undefined;
    if (address?.family !== familyOf(type)) return undefined;
    rdata.push(address.octets);
  }
  return { name: lowerName(parsed.name), type, known: { rdata, ttl: Number(ttl) } };
}

function familyOf(type: number): 4 | 6 {
  return type === TYPE_A ? 4 : 6;
}
