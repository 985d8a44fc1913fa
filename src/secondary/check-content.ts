import { equalNames, formatName } from "../wire/name.ts";
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
import { findOversize } from "../zone/check-sizes.ts";
import type { Name, RRset } from "../zone/model.ts";

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
export function checkContent(apex: Name, rrsets: readonly RRset[]): ContentReport {
  const warnings: string[] = [];
  const many = rrsets.find(({ type, rdata }) => SINGLE_TYPES.includes(type) && rdata.length > 1);
  if (many !== undefined) {
    const { owner, type, rdata } = many;
    const problem = `${formatName(owner)} has ${rdata.length} ${formatType(type)} records`;
    return { problem, warnings };
  }
  const apexTypes = rrsets.flatMap(({ owner, type }) => (equalNames(owner, apex) ? type : []));
  if (!apexTypes.includes(TYPE_SOA)) return { problem: "it has no SOA", warnings };
  if (!apexTypes.includes(TYPE_NS)) warnings.push("it has no NS records at its apex");
  if (apexTypes.includes(TYPE_DNSKEY)) {
    warnings.push(
      "it is signed, and rondo does not add signatures to its answers: resolvers that validate refuse them if the parent has a DS record",
    );
  }
  const besides = findBesides(rrsets);
  if (besides.length > 0) {
    warnings.push(`there are other records beside the CNAME of ${list(besides)}`);
  }
  const oversize = rrsets.filter(({ rdata }) => findOversize(rdata) !== undefined);
  if (oversize.length > 0) warnings.push(`no answer can hold all records of ${list(oversize)}`);
  return { problem: undefined, warnings };
}

/** The CNAMEs that other records stand beside. */
function findBesides(rrsets: readonly RRset[]): readonly RRset[] {
  const aliases = new Map<string, RRset>();
  for (const rrset of rrsets) {
    if (rrset.type === TYPE_CNAME) aliases.set(keyOf(rrset.owner), rrset);
  }
  if (aliases.size === 0) return [];
  const besides = new Set<RRset>();
  for (const { owner, type } of rrsets) {
    const alias = BESIDE_CNAME.includes(type) ? undefined : aliases.get(keyOf(owner));
    if (alias !== undefined) besides.add(alias);
  }
  return [...besides];
}

function list(rrsets: readonly RRset[]): string {
  const names = rrsets.slice(0, MAX_LISTED).map(({ owner }) => formatName(owner));
  const more = rrsets.length > MAX_LISTED ? ` and ${rrsets.length - MAX_LISTED} more` : "";
  return `${names.join(", ")}${more}`;
}

function keyOf(name: Name): string {
  return Buffer.from(name.buffer, name.byteOffset, name.length).toString("latin1");
}
