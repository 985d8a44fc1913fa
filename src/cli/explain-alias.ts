import { formatName } from "../wire/name.ts";
import { formatType } from "../wire/rr-types.ts";
import type { Alias, SteeredRRset, Zone } from "../zone/model.ts";
import { explainSteered } from "./explain-steered.ts";
import type { Explanation, Link, Question, World } from "./explanation.ts";

/** Where a name leads, link by link. */
export interface Followed {
  readonly links: readonly Link[];
  readonly status: Explanation["status"];
  /** It leads to a name that this server knows nothing of. */
  readonly isOutside: boolean;
}

/**
 * What an ALIAS record gives this client: what its target gives, or what a resolver has said of a target elsewhere.
 *
 * @param base the link as it is without an answer
 * @param question for A or AAAA
 * @param followed where the target leads
 */
export function explainAlias(
  base: Link,
  zone: Zone,
  rrset: SteeredRRset & { readonly alias: Alias },
  question: Question,
  world: World,
  followed: Followed,
): Link {
  const target = formatName(rrset.alias.target);
  const link: Link = { ...base, kind: "alias", through: followed.links };
  const kept = `resolvers keep this for up to ${zone.negativeTtl} s`;
  if (followed.isOutside) {
    const { answer, steering } = explainSteered(zone, rrset, question, world);
    const where =
      followed.links.length === 0
        ? `${target} is in no zone of this server`
        : `${target} leads out of this server`;
    const note = `ALIAS of ${target}; ${where}: what a resolver has said of it counts`;
    const kind =
      answer !== undefined ? "alias" : steering.mode === "nodata" ? "nodata" : "servfail";
    return { ...link, kind, answer, steering, note };
  }
  const answer = followed.links.at(-1)?.answer;
  if (answer?.type === formatType(rrset.type)) {
    const ttls = followed.links.flatMap((each) => each.answer?.ttl ?? []);
    const ttl = Math.min(rrset.ttl, ...ttls);
    const note = `ALIAS of ${target}: answered as its target, for ${ttl} s at most`;
    return { ...link, answer: { ...answer, ttl }, note };
  }
  const isNothing = answer === undefined && ["NOERROR", "NXDOMAIN"].includes(followed.status);
  return isNothing
    ? { ...link, kind: "nodata", note: `ALIAS of ${target}, which has no such record; ${kept}` }
    : { ...link, kind: "servfail", note: `ALIAS of ${target}, which leads to no answer` };
}
