import { formatName } from "../wire/name.ts";
import {
  formatType,
  TYPE_CNAME,
  TYPE_DNAME,
  TYPE_DNSKEY,
  TYPE_NS,
  TYPE_NSEC,
  TYPE_RRSIG,
  TYPE_SOA,
} from "../wire/rr-types.ts";
import { isOversize } from "../zone/check-sizes.ts";
import type { RRsetTable } from "../zone/master/rrset-table.ts";
import type { Name } from "../zone/model.ts";

export interface ContentReport {
  /** Why it is not served at all. */
  readonly problem: string | undefined;
  /** What resolvers may have trouble with; it is served as it is, as the primary does. */
  readonly warnings: readonly string[];
}

/** Types of which a name has one record at most. */
const SINGLE_TYPES: readonly number[] = [TYPE_CNAME, TYPE_DNAME, TYPE_SOA];
/** They may stand beside a CNAME (RFC 4035 §2.5). */
const BESIDE_CNAME: readonly number[] = [TYPE_CNAME, TYPE_RRSIG, TYPE_NSEC];
/** Names that a warning lists. */
const MAX_LISTED = 3;

/** What is wrong with the records that a primary has for a zone, all of which are well-formed and of the zone. */
export function checkContent(apex: Name, rrsets: RRsetTable): ContentReport {
  const warnings: string[] = [];
  const besides: number[] = [];
  const oversize: number[] = [];
  for (let rrset = 0; rrset < rrsets.count; rrset++) {
    const type = rrsets.typeOf(rrset);
    const size = rrsets.size[rrset]!;
    if (size > 1 && SINGLE_TYPES.includes(type)) {
      const problem = `${nameOf(rrsets, rrset)} has ${size} ${formatType(type)} records`;
      return { problem, warnings };
    }
    if (type === TYPE_CNAME && hasBesides(rrsets, rrset)) besides.push(rrset);
    if (isOversize(rrsets, rrset)) oversize.push(rrset);
  }
  const owner = rrsets.table.owners.numberOf(apex);
  const isThere = (type: number): boolean => owner >= 0 && rrsets.find(owner, type) >= 0;
  if (!isThere(TYPE_SOA)) return { problem: "it has no SOA", warnings };
  if (!isThere(TYPE_NS)) warnings.push("it has no NS records at its apex");
  if (isThere(TYPE_DNSKEY)) {
    warnings.push(
      "it is signed, and rondo does not add signatures to its answers: resolvers that validate refuse them if the parent has a DS record",
    );
  }
  if (besides.length > 0) {
    warnings.push(`there are other records beside the CNAME of ${list(rrsets, besides)}`);
  }
  if (oversize.length > 0) {
    warnings.push(`no answer can hold all records of ${list(rrsets, oversize)}`);
  }
  return { problem: undefined, warnings };
}

/** Whether other records stand beside a CNAME. */
function hasBesides(rrsets: RRsetTable, cname: number): boolean {
  let isBeside = false;
  rrsets.forEachType(rrsets.ownerOf(cname), (type) => {
    isBeside ||= !BESIDE_CNAME.includes(type);
  });
  return isBeside;
}

function list(rrsets: RRsetTable, numbers: readonly number[]): string {
  const names = numbers.slice(0, MAX_LISTED).map((rrset) => nameOf(rrsets, rrset));
  const more = numbers.length > MAX_LISTED ? ` and ${numbers.length - MAX_LISTED} more` : "";
  return `${names.join(", ")}${more}`;
}

function nameOf(rrsets: RRsetTable, rrset: number): string {
  return formatName(rrsets.table.owners.nameAt(rrsets.ownerOf(rrset)));
}
