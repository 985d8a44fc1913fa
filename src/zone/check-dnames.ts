import type { IssueList } from "../config/issue-list.ts";
import { equalNames, isSubdomain } from "../wire/name.ts";
import { formatType, TYPE_DNAME, TYPE_NS } from "../wire/rr-types.ts";
import type { StaticDraft } from "./draft.ts";
import type { Name } from "./model.ts";
import { showName } from "./names.ts";
import type { OwnerIndex, OwnerNode } from "./owner-index.ts";

/** DNAME records: one per name, nothing below it, and where they lead (RFC 6672 §2). */
export function checkDnames(apex: Name, index: OwnerIndex, issues: IssueList): void {
  if (!index.hasDnames) return;
  for (const node of index.nodes.values()) {
    const dname = node.statics.find(({ type }) => type === TYPE_DNAME);
    if (dname !== undefined) checkDname(node, dname, apex, issues);
    checkHidden(node, index, issues);
  }
}

function checkDname(node: OwnerNode, dname: StaticDraft, apex: Name, issues: IssueList): void {
  const { owner, statics } = node;
  const [first, second] = dname.rdata;
  if (second !== undefined) {
    issues.error(
      second.place,
      `a second DNAME at ${showName(owner)}: names below can lead to one place only (RFC 6672 §2.4)`,
    );
  }
  const ns = statics.find(({ type }) => type === TYPE_NS);
  if (ns !== undefined && !equalNames(owner, apex)) {
    issues.error(
      ns.place,
      `${showName(owner)} is delegated by NS records and redirected by a DNAME: only the apex may have both (RFC 6672 §2.4)`,
    );
  }
  if (owner[0] === 1 && owner[1] === 0x2a) {
    issues.warn(
      dname.place,
      "a DNAME at a wildcard redirects nothing: names that match it get no data (RFC 6672 §3.3)",
    );
  }
  if (first !== undefined && isSubdomain(first.octets, owner)) {
    issues.error(
      first.place,
      `the DNAME leads to itself: ${showName(first.octets)} lies at or below ${showName(owner)}`,
    );
  }
}

/** What stands below a DNAME could never be asked for; other servers refuse it, too. */
function checkHidden(node: OwnerNode, index: OwnerIndex, issues: IssueList): void {
  const above = index.findDname(node.owner);
  if (above === undefined) return;
  const types = [...node.statics.map(({ type }) => type), ...node.steered];
  issues.error(
    node.place,
    () =>
      `${showName(node.owner)} ${types.map(formatType).join(", ")} lies below the DNAME ${showName(above.owner)}, which redirects all names there (RFC 6672 §2.4)`,
  );
}
