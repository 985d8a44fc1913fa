import type { IssueList } from "../config/issue-list.ts";
import { insertHints } from "../rdata/insert-hints.ts";
import { equalNames, formatName, isSubdomain } from "../wire/name.ts";
import { formatType, TYPE_A, TYPE_AAAA, TYPE_CNAME } from "../wire/rr-types.ts";
import { familyOfHint } from "./auto-hints.ts";
import { DEFAULT_TTL_MIN } from "./default-ttls.ts";
import type { RdataDraft, StaticDraft, SteeredDraft } from "./draft.ts";
import { MAX_CNAME_LINKS } from "./limits.ts";
import type { HintedRecord, HintSource, Name, SteeredRRset } from "./model.ts";
import { showName } from "./names.ts";
import type { OwnerIndex, OwnerNode } from "./owner-index.ts";

export interface BuiltHints {
  /** All static RRsets, those whose `auto` hints are the same for everybody filled in. */
  readonly statics: readonly StaticDraft[];
  /** RRsets whose hints are decided; they come behind all other steered ones. */
  readonly steered: readonly SteeredRRset[];
}

/** Finds out what `auto` hints follow: the A and AAAA records of the target of their record. */
export function buildHints(
  apex: Name,
  statics: readonly StaticDraft[],
  steered: readonly SteeredDraft[],
  index: OwnerIndex,
  issues: IssueList,
): BuiltHints {
  const plain: StaticDraft[] = [];
  const hinted: SteeredRRset[] = [];
  for (const draft of statics) {
    if (draft.rdata.every(({ auto }) => auto === undefined)) {
      plain.push(draft);
      continue;
    }
    const records = draft.rdata.map((rdata) =>
      buildRecord(draft, rdata, apex, steered, index, issues),
    );
    const filled = fillIn(draft, records);
    if (filled !== undefined) plain.push(filled);
    else hinted.push(toSteered(draft, records, apex));
  }
  return { statics: plain, steered: hinted };
}

function buildRecord(
  { owner, type }: StaticDraft,
  { octets, place, auto = [] }: RdataDraft,
  apex: Name,
  steered: readonly SteeredDraft[],
  index: OwnerIndex,
  issues: IssueList,
): HintedRecord {
  const record: HintedRecord = { rdata: octets, ipv4: undefined, ipv6: undefined };
  if (auto.length === 0) return record;
  if (octets[0] === 0 && octets[1] === 0) {
    issues.error(place, "priority 0 makes an alias, which has no parameters (RFC 9460 §2.4.2)");
    return record;
  }
  const written = targetOf(octets);
  const target = written.length === 1 ? owner : written;
  const node = followAliases(findTarget(target, owner, apex, index), apex, steered, index);
  const what = `auto hints of ${formatType(type)} follow the A and AAAA records of ${showName(target)}`;
  if (node === undefined) {
    issues.error(place, `${what}, which is no name of this zone: write the addresses`);
    return record;
  }
  const sources = new Map(
    [TYPE_A, TYPE_AAAA].map((each) => [each, findSource(each, node, steered)] as const),
  );
  if (sources.get(TYPE_A) === undefined && sources.get(TYPE_AAAA) === undefined) {
    const isAlias = [...node.steered, ...node.statics.map((one) => one.type)].includes(TYPE_CNAME);
    const why = isAlias ? "is an alias (CNAME): write where it leads" : "has neither";
    issues.error(place, `${what}, which ${why}`);
    return record;
  }
  const hints = { ipv4: record.ipv4, ipv6: record.ipv6 };
  for (const key of auto) {
    const family = familyOfHint(key) === 4 ? "ipv4" : "ipv6";
    const wanted = family === "ipv4" ? TYPE_A : TYPE_AAAA;
    hints[family] = sources.get(wanted);
    if (hints[family] !== undefined) continue;
    const name = showName(target);
    issues.warn(place, `${family}hint is left out: ${name} has no ${formatType(wanted)} records`);
  }
  return { ...record, ...hints };
}

/** The node that answers for the target; of a wildcard, what its own names get. */
function findTarget(
  target: Name,
  owner: Name,
  apex: Name,
  index: OwnerIndex,
): OwnerNode | undefined {
  if (equalNames(target, owner)) return index.at(owner);
  if (!isSubdomain(target, apex) || index.findCut(target) !== undefined) return undefined;
  return index.find(target);
}

/** Where the ALIAS records of the zone lead: what they answer is decided there. */
function followAliases(
  start: OwnerNode | undefined,
  apex: Name,
  steered: readonly SteeredDraft[],
  index: OwnerIndex,
): OwnerNode | undefined {
  let node = start;
  for (let links = 0; links < MAX_CNAME_LINKS; links++) {
    const { owner } = node ?? {};
    const draft = owner && steered.find(({ rrset }) => equalNames(rrset.owner, owner));
    const target = draft?.rrset.alias?.target;
    if (target === undefined || !isSubdomain(target, apex)) return node;
    if (index.findCut(target) !== undefined) return node;
    node = index.find(target);
  }
  return node;
}

function findSource(
  type: number,
  node: OwnerNode,
  steered: readonly SteeredDraft[],
): HintSource | undefined {
  const fixed = node.statics.find((draft) => draft.type === type);
  if (fixed !== undefined) {
    const rdata = fixed.rdata.map(({ octets }) => octets);
    return { kind: "static", ttl: fixed.ttl, rdata, answers: fixed.answers ?? rdata.length };
  }
  const rrset = steered.findIndex(
    (draft) => draft.rrset.type === type && equalNames(draft.rrset.owner, node.owner),
  );
  return rrset < 0 ? undefined : { kind: "steered", rrset };
}

/** The RRset with its hints, where these are the same for everybody all the time. */
function fillIn(draft: StaticDraft, records: readonly HintedRecord[]): StaticDraft | undefined {
  const sources = records.flatMap(({ ipv4, ipv6 }) => [ipv4 ?? [], ipv6 ?? []].flat());
  const isFixed = (source: HintSource): boolean =>
    source.kind === "static" && source.answers >= source.rdata.length;
  if (!sources.every(isFixed)) return undefined;
  const ttls = sources.flatMap((source) => (source.kind === "static" ? source.ttl : []));
  const listOf = (source: HintSource | undefined): readonly Uint8Array[] =>
    source?.kind === "static" ? source.rdata : [];
  const rdata = records.map(({ rdata: octets, ipv4, ipv6 }, i) => ({
    octets: insertHints(octets, listOf(ipv4), listOf(ipv6)),
    place: draft.rdata[i]!.place,
  }));
  return { ...draft, rdata, ttl: Math.min(draft.ttl, ...ttls) };
}

function toSteered(
  { owner, type, ttl }: StaticDraft,
  records: readonly HintedRecord[],
  apex: Name,
): SteeredRRset {
  const relative = Uint8Array.from([...owner.subarray(0, owner.length - apex.length), 0]);
  return {
    owner,
    label: equalNames(owner, apex) ? "@" : formatName(relative).slice(0, -1),
    type,
    ttl,
    ttlMin: Math.min(DEFAULT_TTL_MIN, ttl),
    answers: undefined,
    policy: "failover",
    // There are no pools to choose from: one rule for everybody.
    rules: [{ geos: [], subnets: [], asns: [], pools: [] }],
    allDown: { kind: "open" },
    hints: records,
  };
}

/** The name behind the priority. */
function targetOf(rdata: Uint8Array): Name {
  let end = 2;
  while (rdata[end] !== 0) end += 1 + rdata[end]!;
  return rdata.subarray(2, end + 1);
}
