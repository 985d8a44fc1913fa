/**
 * Follows a name through the zones as a query would, and keeps the reasons.
 */
import { formatAddress, formatPrefix } from "../address/parse.ts";
import { formatRdata } from "../rdata/format-rdata.ts";
import { equalNames, formatName, MAX_NAME } from "../wire/name.ts";
import { formatType, TYPE_ANY, TYPE_CNAME } from "../wire/rr-types.ts";
import type { Alias, HintedRecord, Name, RRset, SteeredRRset, Zone } from "../zone/model.ts";
import { explainAlias, type Followed } from "./explain-alias.ts";
import { explainHints } from "./explain-hints.ts";
import { explainSteered } from "./explain-steered.ts";
import type { Answer, Explanation, Link, Question, World } from "./explanation.ts";
import { type FoundName, findName, findZone } from "./find-name.ts";

/** CNAMEs, those that a DNAME comes to included, that an answer holds at most. */
const MAX_CHAIN = 12;

/** The answer to a question and why. */
export function explainName(question: Question, world: World): Explanation {
  const { links, status } = follow(question, world, 0);
  return {
    source: world.source,
    name: formatName(question.name),
    type: formatType(question.type),
    client: formatPrefix(question.client),
    resolver: formatAddress(question.resolver),
    status,
    scope: findScope(links),
    links,
  };
}

/** @param aliases how many ALIAS records have led here */
function follow(question: Question, world: World, aliases: number): Followed {
  if (aliases > MAX_CHAIN) return { links: [], status: "SERVFAIL", isOutside: false };
  const links: Link[] = [];
  const visited: Name[] = [];
  let next: Name | undefined = question.name;
  let status: Explanation["status"] = "NOERROR";
  let isOutside = false;
  while (next !== undefined) {
    const zone = findZone(world.zones, next);
    if (zone === undefined) {
      if (links.length === 0) status = "REFUSED";
      isOutside = true;
      break;
    }
    const { link, target } = explainLink(next, zone, question, world, aliases);
    isOutside = link.kind === "delegation";
    if (link.kind === "nxdomain") status = "NXDOMAIN";
    if (link.kind === "servfail") status = "SERVFAIL";
    visited.push(next);
    if (target !== undefined && target.length > MAX_NAME) {
      status = "YXDOMAIN";
      links.push({ ...link, note: "the name would be longer than 255 octets" });
      break;
    }
    const end = target && findEnd(target, visited, world);
    isOutside ||= target !== undefined && findZone(world.zones, target) === undefined;
    links.push(
      target === undefined ? link : { ...link, note: end ?? `followed to ${formatName(target)}` },
    );
    next = end === undefined ? target : undefined;
  }
  return { links, status, isOutside };
}

/** The longest of all that was decided, whether it is to be seen in the answer or not. */
function findScope(links: readonly Link[]): number {
  const scopes = links.map(({ steering, through }) =>
    Math.max(steering?.scope ?? 0, findScope(through ?? [])),
  );
  return Math.max(0, ...scopes);
}

type Redirection = Extract<FoundName, { kind: "redirected" }>;

interface Explained {
  readonly link: Link;
  /** Of a CNAME or DNAME that is followed; it may be too long for a name. */
  readonly target: Name | undefined;
}

function explainLink(
  name: Name,
  zone: Zone,
  question: Question,
  world: World,
  aliases: number,
): Explained {
  if (zone.isUnavailable) return { link: explainUnavailable(name, zone), target: undefined };
  const found = findName(zone, name, question.type);
  const base = {
    name: formatName(name),
    zone: formatName(zone.apex),
    owner: describeOwner(name, found),
    kind: found.kind,
    answer: undefined,
    steering: undefined,
    note: undefined,
    through: undefined,
  };
  const kept = `resolvers keep this for up to ${zone.negativeTtl} s`;
  switch (found.kind) {
    case "nxdomain":
      return {
        link: {
          ...base,
          note: `nothing is written at this name, below it, or as a wildcard; ${kept}`,
        },
        target: undefined,
      };
    case "nodata":
      return {
        link: {
          ...base,
          note: `the name exists, but has no ${formatType(question.type)} record; ${kept}`,
        },
        target: undefined,
      };
    case "delegation":
      return {
        link: {
          ...base,
          answer: answerStatic(found.rrset),
          note: "delegated: a referral to these name servers, which have the answer",
        },
        target: undefined,
      };
    case "redirected":
      return {
        link: { ...base, answer: answerStatic(found.rrset) },
        target: question.type === TYPE_CNAME ? undefined : redirect(name, found),
      };
    case "static":
      return {
        link: { ...base, answer: answerStatic(found.rrset) },
        target: isAlias(found.rrset.type, question.type) ? found.rrset.rdata[0] : undefined,
      };
    case "steered": {
      const { rrset } = found;
      if (hasAlias(rrset)) {
        const asked = { ...question, type: rrset.type };
        const followed = follow({ ...asked, name: rrset.alias.target }, world, aliases + 1);
        const link = explainAlias(base, zone, rrset, asked, world, followed);
        return { link, target: undefined };
      }
      const { answer, steering, lead } = hasHints(rrset)
        ? explainHints(zone, rrset, question, world)
        : explainSteered(zone, rrset, question, world);
      const isFailure = steering.mode === "all-down-servfail";
      const none: Pick<Link, "kind" | "note"> = isFailure
        ? { kind: "servfail", note: undefined }
        : { kind: "nodata", note: kept };
      return {
        link: answer === undefined ? { ...base, ...none, steering } : { ...base, answer, steering },
        target: isAlias(rrset.type, question.type) ? lead : undefined,
      };
    }
  }
}

function hasAlias(rrset: SteeredRRset): rrset is SteeredRRset & { readonly alias: Alias } {
  return rrset.alias !== undefined;
}

function hasHints(
  rrset: SteeredRRset,
): rrset is SteeredRRset & { readonly hints: readonly HintedRecord[] } {
  return rrset.hints !== undefined;
}

function isAlias(type: number, asked: number): boolean {
  return type === TYPE_CNAME && asked !== TYPE_CNAME && asked !== TYPE_ANY;
}

function describeOwner(name: Name, found: FoundName): string | undefined {
  if (found.kind === "nxdomain") return undefined;
  const owner = formatName(found.owner);
  return owner === formatName(name).toLowerCase() ? undefined : owner;
}

/** The name with the DNAME's target in place of its owner (RFC 6672 §2.2). */
function redirect(name: Name, { owner, rrset }: Redirection): Name {
  const kept = name.subarray(0, name.length - owner.length);
  return Uint8Array.from([...kept, ...(rrset.rdata[0] ?? [])]);
}

/** Why a target is not followed; undefined if it is. */
function findEnd(target: Name, visited: readonly Name[], world: World): string | undefined {
  const text = formatName(target);
  if (visited.length === MAX_CHAIN) {
    return `the answer ends here: no more than ${MAX_CHAIN} CNAMEs are followed`;
  }
  if (visited.some((name) => equalNames(name, target))) {
    return `the answer ends here: it has been at ${text} before`;
  }
  const zone = findZone(world.zones, target);
  if (zone === undefined) {
    return `the answer ends here: ${text} is in no zone of this server, the resolver follows it`;
  }
  if (zone.isUnavailable) {
    return `the answer ends here: ${text} is in a secondary zone without data`;
  }
  return undefined;
}

function explainUnavailable(name: Name, zone: Zone): Link {
  return {
    name: formatName(name),
    zone: formatName(zone.apex),
    owner: undefined,
    kind: "servfail",
    answer: undefined,
    steering: undefined,
    note: "a secondary zone without data: it has not come from its primaries yet, or has expired",
    through: undefined,
  };
}

function answerStatic(rrset: RRset): Answer {
  const { rdata, type, ttl } = rrset;
  return {
    type: formatType(type),
    ttl,
    records: rdata.map((data) => ({ data: formatRdata(type, data), share: 1 / rdata.length })),
    perAnswer: Math.min(rrset.answers ?? rdata.length, rdata.length),
    rotates: rdata.length > 1,
  };
}
