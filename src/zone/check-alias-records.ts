import { startOf } from "../config/decode.ts";
import type { IssueList } from "../config/issue-list.ts";
import { formatName, isSubdomain } from "../wire/name.ts";
import { formatType, TYPE_A, TYPE_AAAA, TYPE_CNAME, TYPE_DNAME } from "../wire/rr-types.ts";
import type { SteeredDraft } from "./draft.ts";
import type { Name } from "./model.ts";
import { showName } from "./names.ts";
import type { OwnerIndex, OwnerNode } from "./owner-index.ts";

/** ALIAS records beside addresses, to names of the zone that do not exist or have no address, and in circles. */
export function checkAliasRecords(
  apex: Name,
  steered: readonly SteeredDraft[],
  index: OwnerIndex,
  issues: IssueList,
): void {
  const targets = new Map<OwnerNode, Name>();
  const drafts = steered.filter(({ rrset }) => rrset.type === TYPE_A && rrset.alias !== undefined);
  for (const { rrset } of drafts) targets.set(index.at(rrset.owner)!, rrset.alias!.target);
  for (const draft of drafts) {
    const names = [draft.rrset.owner];
    const start = index.at(draft.rrset.owner)!;
    checkBeside(start, draft, issues);
    const visited = new Set<OwnerNode>();
    for (let node: OwnerNode | undefined = start; node !== undefined; ) {
      visited.add(node);
      const target: Name | undefined = targets.get(node) ?? findCname(node);
      if (target === undefined) {
        checkEnd(node, draft, issues);
        break;
      }
      names.push(target);
      if (!isSubdomain(target, apex) || index.findCut(target) !== undefined) break;
      node = index.find(target);
      if (node === undefined && !isRedirected(target, index)) {
        issues.warn(draft.place, `${showName(target)} does not exist in this zone`);
      }
      if (node === undefined || !visited.has(node)) continue;
      if (node === start) {
        const way = names.map(formatName).join(" → ");
        issues.error(draft.place, `the ALIAS goes round in a circle: ${way}`);
      }
      break;
    }
  }
}

/** Those of the same file have been reported already: what is imported comes later. */
function checkBeside(
  { owner, statics }: OwnerNode,
  { place }: SteeredDraft,
  issues: IssueList,
): void {
  const beside = statics.find(({ type }) => type === TYPE_A || type === TYPE_AAAA);
  if (beside === undefined) return;
  const name = showName(owner);
  issues.error(
    place,
    `an ALIAS answers A and AAAA itself: ${name} has ${formatType(beside.type)} records`,
  );
}

function findCname(node: OwnerNode): Name | undefined {
  return node.statics.find(({ type }) => type === TYPE_CNAME)?.rdata[0]?.octets;
}

/** Whether a DNAME above a name may lead elsewhere. */
function isRedirected(name: Name, index: OwnerIndex): boolean {
  let above = name;
  while (above[0] !== 0) {
    above = above.subarray(1 + above[0]!);
    if (index.at(above)?.statics.some(({ type }) => type === TYPE_DNAME)) return true;
  }
  return false;
}

/** A target in the zone itself is never asked for, and never checked for this record. */
function checkEnd(
  node: OwnerNode,
  { place, rrset, settings }: SteeredDraft,
  issues: IssueList,
): void {
  if (rrset.alias!.checks.length > 0 && settings.healthcheck !== undefined) {
    const name = showName(node.owner);
    issues.warn(
      startOf(settings.healthcheck),
      `healthcheck has no effect: the target is in this zone, and the checks of ${name} hold`,
    );
  }
  const types = [...node.statics.map(({ type }) => type), ...node.steered];
  if ([TYPE_A, TYPE_AAAA, TYPE_CNAME].some((type) => types.includes(type))) return;
  issues.warn(place, `the target ${showName(node.owner)} has neither A nor AAAA records`);
}
