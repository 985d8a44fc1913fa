import type { IssueList } from "../config/issue-list.ts";
import { formatName, isSubdomain } from "../wire/name.ts";
import { formatType, TYPE_CNAME } from "../wire/rr-types.ts";
import type { SteeredDraft } from "./draft.ts";
import type { Name, Pool } from "./model.ts";
import { keyOf, showName } from "./names.ts";
import type { OwnerIndex, OwnerNode } from "./owner-index.ts";
import { findReachedPools } from "./pool-members.ts";

/** Steered CNAMEs beside other data, to names that do not exist, and in circles that some client may be led round. */
export function checkSteeredAliases(
  apex: Name,
  steered: readonly SteeredDraft[],
  pools: readonly Pool[],
  index: OwnerIndex,
  issues: IssueList,
): void {
  const aliases = steered.filter(({ rrset }) => rrset.type === TYPE_CNAME);
  const targets = new Map(
    aliases.map((draft) => [index.at(draft.rrset.owner), listTargets(draft, pools)]),
  );
  const follow: Follow = (target) =>
    isSubdomain(target, apex) && index.findCut(target) === undefined
      ? { isInside: true, node: index.find(target) }
      : { isInside: false, node: undefined };
  for (const draft of aliases) {
    const node = index.at(draft.rrset.owner);
    if (node === undefined) continue;
    checkAlone(draft, node, issues);
    for (const target of targets.get(node) ?? []) {
      const { isInside, node: next } = follow(target);
      if (!isInside || next !== undefined) continue;
      issues.warn(draft.place, `${showName(target)} does not exist in this zone`);
    }
    checkCircle(draft, node, targets, follow, issues);
  }
}

type Follow = (target: Name) => { isInside: boolean; node: OwnerNode | undefined };
type Targets = ReadonlyMap<OwnerNode | undefined, readonly Name[]>;

function listTargets({ rrset }: SteeredDraft, pools: readonly Pool[]): Name[] {
  const indexes = rrset.rules.flatMap((rule) => rule.pools);
  const reached = [...findReachedPools(indexes, pools)];
  const values = reached.flatMap((pool) => pool.values.map(({ rdata }) => rdata));
  const last = [rrset.allDown, ...reached.map((pool) => pool.allDown)].flatMap((allDown) =>
    allDown?.kind === "values" ? allDown.rdata : [],
  );
  return [...values, ...last];
}

function checkAlone({ rrset, place }: SteeredDraft, node: OwnerNode, issues: IssueList): void {
  const types = [...node.statics.map(({ type }) => type), ...node.steered];
  const others = types.filter((type) => type !== TYPE_CNAME);
  if (others.length === 0) return;
  issues.error(
    place,
    `a CNAME stands alone: ${showName(rrset.owner)} has ${others.map(formatType).join(", ")} too (RFC 1034 §3.6.2)`,
  );
}

/** Looks for a way back to where it began; one circle is reported once, by its first steered name. */
function checkCircle(
  { place }: SteeredDraft,
  start: OwnerNode,
  targets: Targets,
  follow: Follow,
  issues: IssueList,
): void {
  const cameFrom = new Map<OwnerNode, OwnerNode | undefined>([[start, undefined]]);
  // What is added on the way is visited too.
  for (const node of cameFrom.keys()) {
    const own = node.statics.find(({ type }) => type === TYPE_CNAME)?.rdata;
    for (const target of targets.get(node) ?? own?.map(({ octets }) => octets) ?? []) {
      const { node: next } = follow(target);
      if (next === start) {
        const circle = tracePath(node, cameFrom);
        const keys = circle.filter((one) => targets.has(one)).map(({ owner }) => keyOf(owner));
        if (keys.some((key) => key < keyOf(start.owner))) return;
        const names = [...circle, start].map(({ owner }) => formatName(owner));
        issues.error(place, `the CNAMEs can go round in a circle: ${names.join(" → ")}`);
        return;
      }
      if (next !== undefined && !cameFrom.has(next)) cameFrom.set(next, node);
    }
  }
}

function tracePath(
  end: OwnerNode,
  cameFrom: ReadonlyMap<OwnerNode, OwnerNode | undefined>,
): OwnerNode[] {
  const path: OwnerNode[] = [];
  for (let node: OwnerNode | undefined = end; node !== undefined; node = cameFrom.get(node)) {
    path.unshift(node);
  }
  return path;
}
