import type { IssueList } from "../config/issue-list.ts";
import { equalNames, formatName, isSubdomain } from "../wire/name.ts";
import { formatType, TYPE_CNAME, TYPE_MX, TYPE_NS, TYPE_SRV } from "../wire/rr-types.ts";
import type { StaticDraft } from "./draft.ts";
import { MAX_CNAME_LINKS } from "./limits.ts";
import type { Name } from "./model.ts";
import { keyOf, showName } from "./names.ts";
import type { OwnerIndex, OwnerNode } from "./owner-index.ts";

/** CNAMEs beside other data, at the apex, in circles and in long chains; names that must not be aliases and are. */
export function checkAliases(apex: Name, index: OwnerIndex, issues: IssueList): void {
  for (const node of index.nodes.values()) {
    const cname = node.statics.find(({ type }) => type === TYPE_CNAME);
    if (cname !== undefined) checkAlias(node, cname, apex, index, issues);
    for (const rrset of node.statics) checkTargets(rrset, apex, index, issues);
  }
}

function checkAlias(
  node: OwnerNode,
  cname: StaticDraft,
  apex: Name,
  index: OwnerIndex,
  issues: IssueList,
): void {
  if (equalNames(node.owner, apex)) {
    issues.error(
      cname.place,
      "a CNAME at the apex, which has a SOA and NS records (RFC 1912 §2.4): write ALIAS, or A and AAAA",
    );
    return;
  }
  const others = [...node.statics.map(({ type }) => type), ...node.steered].filter(
    (type) => type !== TYPE_CNAME,
  );
  if (others.length > 0) {
    const list = others.map(formatType).join(", ");
    issues.error(
      cname.rdata[0]?.place ?? cname.place,
      `a CNAME stands alone: ${showName(node.owner)} has ${list} too (RFC 1034 §3.6.2)`,
    );
    return;
  }
  followAlias(node, cname, apex, index, issues);
}

/** Follows a chain as far as an answer would. Longer circles are reported as long chains. */
function followAlias(
  start: OwnerNode,
  cname: StaticDraft,
  apex: Name,
  index: OwnerIndex,
  issues: IssueList,
): void {
  const place = cname.rdata[0]?.place ?? cname.place;
  const names: Name[] = [start.owner];
  const showNames = (): string => names.map(formatName).join(" → ");
  const visited = [start];
  let target = cname.rdata[0]?.octets;
  for (let links = 1; target !== undefined; links++) {
    names.push(target);
    const isInside =
      isSubdomain(target, apex) &&
      index.findCut(target) === undefined &&
      index.findDname(target) === undefined;
    const next = isInside ? index.find(target) : undefined;
    if (isInside && next === undefined && links === 1) {
      const [, missing] = names;
      issues.warn(place, () => `${showName(missing!)} does not exist in this zone`);
    }
    target = next?.statics.find(({ type }) => type === TYPE_CNAME)?.rdata[0]?.octets;
    if (next === undefined || target === undefined) return;
    if (next === start) {
      // One report for each circle: by its first name.
      const keys = visited.map(({ owner }) => keyOf(owner));
      if (keys.every((key) => key >= keyOf(start.owner))) {
        issues.error(place, () => `the CNAMEs go round in a circle: ${showNames()}`);
      }
      return;
    }
    // A circle that others lead into is reported there.
    if (visited.includes(next)) return;
    visited.push(next);
    if (links >= MAX_CNAME_LINKS) {
      issues.error(
        place,
        () =>
          `a chain of more than ${MAX_CNAME_LINKS} CNAMEs, which no answer follows to its end: ${showNames()} → …`,
      );
      return;
    }
  }
}

/** Octets of rdata before the host that it names. */
const HOST_OFFSETS: ReadonlyMap<number, number> = new Map([
  [TYPE_NS, 0],
  [TYPE_MX, 2],
  [TYPE_SRV, 6],
]);

/** NS, MX and SRV name hosts, never aliases (RFC 2181 §10.3, RFC 2782). */
function checkTargets(rrset: StaticDraft, apex: Name, index: OwnerIndex, issues: IssueList): void {
  const skip = HOST_OFFSETS.get(rrset.type);
  if (skip === undefined) return;
  for (const { octets, place } of rrset.rdata) {
    const target = octets.subarray(skip);
    if (!isSubdomain(target, apex)) continue;
    const isRedirected = index.findDname(target) !== undefined;
    if (isRedirected || index.answers(target, (type) => type === TYPE_CNAME)) {
      issues.warn(
        place,
        () =>
          `${showName(target)} is an alias (${isRedirected ? "DNAME" : "CNAME"}): ${formatType(rrset.type)} records must name a host itself (RFC 2181 §10.3)`,
      );
    }
  }
}
