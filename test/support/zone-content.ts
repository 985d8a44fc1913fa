/** The records of a secondary zone's content, one by one. */
import type { ZoneContent } from "../../src/secondary/zone-content.ts";
import type { Name, RRset, Zone } from "../../src/zone/model.ts";
import { listStatics } from "./master-zone.ts";

export function addRecord(
  content: ZoneContent,
  owner: Name,
  type: number,
  ttl: number,
  rdata: Uint8Array,
): boolean {
  content.table.append(rdata);
  return content.add(content.table.owners.addName(owner), type, ttl);
}

export function removeRecord(
  content: ZoneContent,
  owner: Name,
  type: number,
  rdata: Uint8Array,
): boolean {
  content.table.append(rdata);
  return content.remove(content.table.owners.addName(owner), type);
}

export function listContent(content: ZoneContent): RRset[] {
  const zone: Pick<Zone, "rrsets" | "table"> = { rrsets: [], table: content.gather() };
  return listStatics(zone).map((rrset) => ({
    ...rrset,
    owner: rrset.owner.slice(),
    rdata: rrset.rdata.map((octets) => octets.slice()),
  }));
}

export function findRRset(content: ZoneContent, owner: Name, type: number): RRset | undefined {
  return listContent(content).find(
    (rrset) => rrset.type === type && Buffer.compare(rrset.owner, owner) === 0,
  );
}
