import type { IssueList } from "../config/issue-list.ts";
import { equalNames, isSubdomain } from "../wire/name.ts";
import {
  formatType,
  TYPE_A,
  TYPE_AAAA,
  TYPE_CNAME,
  TYPE_DS,
  TYPE_NS,
  TYPE_SOA,
} from "../wire/rr-types.ts";
import type { StaticDraft } from "./draft.ts";
import { NameTable } from "./master/name-table.ts";
import type { Name } from "./model.ts";
import { foldName, showName } from "./names.ts";
import type { OwnerIndex, OwnerNode } from "./owner-index.ts";

/** Below it a TTL of NS, SOA or glue costs more queries than its quickness is worth. */
const LEAST_TTL = 3600;
/** Names that fit into a priming response of 512 octets; servers look no further. */
const MAX_SERVERS = 13;

/** NS sets: their number, their glue, their TTLs, and what they hide. */
export function checkDelegations(
  apex: Name,
  soa: StaticDraft,
  index: OwnerIndex,
  issues: IssueList,
): void {
  checkApex(apex, index, issues);
  checkTtl(soa, "the SOA's", issues);
  const glue = new NameTable();
  for (const node of index.nodes.values()) {
    const ns = node.statics.find(({ type }) => type === TYPE_NS);
    if (ns === undefined) continue;
    if (node.owner[0] === 1 && node.owner[1] === 0x2a) {
      issues.error(ns.place, "NS records at a wildcard have no defined meaning (RFC 4592 §4.2)");
    }
    checkTtl(ns, "NS", issues);
    if (ns.rdata.length > MAX_SERVERS) {
      issues.warn(
        ns.place,
        `${ns.rdata.length} NS records: resolvers use no more than ${MAX_SERVERS}`,
      );
    }
    for (const { octets, place } of ns.rdata) {
      if (!isSubdomain(octets, apex)) continue;
      if (index.owns(octets, () => true)) glue.addName(foldName(octets));
      const problem = explainMissingAddress(octets, index);
      if (problem !== undefined) issues.warn(place, problem);
    }
  }
  for (let server = 0; server < glue.count; server++) {
    for (const rrset of index.draftsBelow(glue.nameAt(server), LEAST_TTL, isAddress)) {
      checkTtl(rrset, "a name server's address", issues);
    }
  }
  if (index.hasCuts) {
    checkOccluded(apex, glue, index, issues);
    checkCircles(apex, index, issues);
  }
}

function checkApex(apex: Name, index: OwnerIndex, issues: IssueList): void {
  const ns = index.at(apex)?.statics.find(({ type }) => type === TYPE_NS);
  // After an error, they may be what was refused.
  if (issues.errors > 0) return;
  if (ns === undefined) {
    issues.warn(
      { start: 0, end: 1 },
      `the zone has no NS records: its apex should name at least two servers, as its parent does`,
    );
  } else if (ns.rdata.length === 1) {
    issues.warn(ns.place, "one NS record: with a second server the zone survives the loss of one");
  }
}

function checkTtl(rrset: StaticDraft, what: string, issues: IssueList): void {
  // After an error, there may be none that anybody wrote.
  if (rrset.ttl >= LEAST_TTL || (rrset.ttl === 0 && issues.errors > 0)) return;
  issues.warn(
    rrset.ttlPlace,
    () =>
      `${what} TTL of ${rrset.ttl} is short: being found should not depend on it, ${LEAST_TTL} or more is usual`,
  );
}

/** Why nobody learns the address of a name server inside of the zone; undefined if all is well. */
function explainMissingAddress(target: Name, index: OwnerIndex): (() => string) | undefined {
  const isBelowCut = index.findCutOffset(target) >= 0;
  // An alias is reported as what it is.
  const isWanted = (type: number): boolean => isAddress(type) || type === TYPE_CNAME;
  if (isBelowCut ? index.owns(target, isWanted) : index.answers(target, isWanted)) return undefined;
  if (!isBelowCut) return () => `${showName(target)} has no A or AAAA record in this zone`;
  return () =>
    `no glue: ${showName(target)} lies below the delegation ${showName(index.findCut(target)!.owner)} and has no A or AAAA record here`;
}

/** What a delegation has of its own, the DS of a signed child included (RFC 4035 §2.4), or cannot have, which is told of elsewhere. */
const TYPES_AT_CUT: readonly number[] = [TYPE_NS, TYPE_DS, TYPE_SOA, TYPE_CNAME];

/** What stands below a delegation belongs to the other zone: only glue is ever handed out (RFC 1034 §4.2.1). */
function checkOccluded(apex: Name, glue: NameTable, index: OwnerIndex, issues: IssueList): void {
  for (const node of index.nodes.values()) {
    const cutAt = index.findCutOffset(node.owner);
    if (cutAt < 0 || equalNames(node.owner, apex)) continue;
    const types = [...node.statics.map(({ type }) => type), ...node.steered].filter(
      (type) =>
        !(isAddress(type) && glue.numberOf(node.owner) >= 0) &&
        !(cutAt === 0 && TYPES_AT_CUT.includes(type)),
    );
    const cut = types.length === 0 ? undefined : index.findCut(node.owner);
    if (cut === undefined) continue;
    issues.warn(
      node.place,
      () =>
        `occluded: ${showName(node.owner)} ${types.map(formatType).join(", ")} is never answered, ${showName(cut.owner)} is delegated`,
    );
  }
}

/** Delegations whose servers can only be found through one another, without glue. */
function checkCircles(apex: Name, index: OwnerIndex, issues: IssueList): void {
  // Those of which every server has an address that only another delegation can tell.
  const lost = new Map<OwnerNode, readonly OwnerNode[]>();
  for (const node of index.nodes.values()) {
    if (index.findCutOffset(node.owner) !== 0) continue;
    const on = serversOf(node).map((target) => findDependency(target, apex, index));
    const others = on.filter((other) => other !== undefined);
    if (others.length === on.length) lost.set(node, others);
  }
  // By delegation: those with a server below it.
  const dependents = new Map<OwnerNode, OwnerNode[]>();
  const found: OwnerNode[] = [];
  for (const [cut, others] of lost) {
    if (others.some((other) => !lost.has(other))) found.push(cut);
    for (const other of others) {
      const list = dependents.get(other);
      if (list === undefined) dependents.set(other, [cut]);
      else list.push(cut);
    }
  }
  for (let cut = found.pop(); cut !== undefined; cut = found.pop()) {
    if (lost.delete(cut)) found.push(...(dependents.get(cut) ?? []));
  }
  for (const [cut, others] of lost) {
    const other = others.find((dependency) => dependency !== cut);
    if (other === undefined) continue;
    issues.error(
      cut.place,
      `the delegation ${showName(cut.owner)} can never be followed: its servers are below ${showName(other.owner)}, and the way to those leads in a circle, without glue`,
    );
  }
}

/** The delegation that must be followed to learn a server's address; undefined if it can be had without. */
function findDependency(target: Name, apex: Name, index: OwnerIndex): OwnerNode | undefined {
  if (!isSubdomain(target, apex)) return undefined;
  return index.ownsFixed(target, isAddress) ? undefined : index.findCut(target);
}

function serversOf(cut: OwnerNode): Name[] {
  const ns = cut.statics.find(({ type }) => type === TYPE_NS);
  return ns?.rdata.map(({ octets }) => octets) ?? [];
}

function isAddress(type: number): boolean {
  return type === TYPE_A || type === TYPE_AAAA;
}
