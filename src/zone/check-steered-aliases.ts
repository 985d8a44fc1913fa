import type { IssueList } from "../config/issue-list.ts";
import { formatName, isSubdomain } from "../wire/name.ts";
import { formatType, TYPE_CNAME } from "../wire/rr-types.ts";
import type { SteeredDraft } from "./draft.ts";
import type { Name, Pool } from "./model.ts";
import { showName } from "./names.ts";
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
  const aliases = new Map<OwnerNode, SteeredDraft>();
  for (const draft of steered) {
    const node = draft.rrset.type === TYPE_CNAME ? index.at(draft.rrset.owner) : undefined;
    if (node !== undefined) aliases.set(node, draft);
  }
  const lists = new Map([...aliases].map(([node, draft]) => [node, listTargets(draft, pools)]));
  const targetsOf: FindTargets = (node) => lists.get(node) ?? findStaticTargets(node);
  const follow: Follow = (target) =>
    isSubdomain(target, apex) && index.findCut(target) === undefined
      ? { isInside: true, node: index.find(target) }
      : { isInside: false, node: undefined };
  for (const [node, draft] of aliases) {
    checkAlone(draft, node, issues);
    for (const target of targetsOf(node)) {
      const { isInside, node: next } = follow(target);
      if (!isInside || next !== undefined) continue;
      issues.warn(draft.place, `${showName(target)} does not exist in this zone`);
    }
  }
  checkCircles([...aliases.keys()], targetsOf, follow, (circle) => {
    const first = circle.findIndex((node) => aliases.has(node));
    const node = circle[first];
    const draft = node === undefined ? undefined : aliases.get(node);
    // A circle of plain CNAMEs alone is reported as one of those.
    if (draft === undefined) return;
    const turned = [...circle.slice(first), ...circle.slice(0, first + 1)];
    const names = turned.map(({ owner }) => formatName(owner));
    issues.error(draft.place, `the CNAMEs can go round in a circle: ${names.join(" → ")}`);
  });
}

type Follow = (target: Name) => { isInside: boolean; node: OwnerNode | undefined };
type FindTargets = (node: OwnerNode) => readonly Name[];

function findStaticTargets(node: OwnerNode): Name[] {
  const cname = node.statics.find(({ type }) => type === TYPE_CNAME);
  return cname?.rdata.map(({ octets }) => octets) ?? [];
}

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

/** Walks all ways from the steered names, each once; a way back into the one being walked is a circle. */
function checkCircles(
  starts: readonly OwnerNode[],
  targetsOf: FindTargets,
  follow: Follow,
  report: (circle: readonly OwnerNode[]) => void,
): void {
  const done = new Set<OwnerNode>();
  for (const start of starts) {
    if (done.has(start)) continue;
    // A set keeps the order in which it was filled: the way from the start to here.
    const way = new Set([start]);
    const left = [{ node: start, next: targetsOf(start)[Symbol.iterator]() }];
    for (let at = left.at(-1); at !== undefined; at = left.at(-1)) {
      const { done: isLast, value: target } = at.next.next();
      if (isLast) {
        done.add(at.node);
        way.delete(at.node);
        left.pop();
        continue;
      }
      const { node } = follow(target);
      if (node === undefined || done.has(node)) continue;
      if (way.has(node)) {
        const names = [...way];
        report(names.slice(names.indexOf(node)));
      } else {
        way.add(node);
        left.push({ node, next: targetsOf(node)[Symbol.iterator]() });
      }
    }
  }
}
