import { formatAddress } from "../address/parse.ts";
import { formatType, TYPE_A, TYPE_AAAA } from "../wire/rr-types.ts";
import type { HintedRecord, HintSource, SteeredRRset, Zone } from "../zone/model.ts";
import type { Answer, Decision } from "./decision.ts";
import { type HintsOffer, listHintSources, offerHints } from "./steer-hints.ts";
import { createTrace, type Topic, type Trace } from "./trace.ts";

/** What is told of a source: who of its pools answers. The rest is told where the source itself is asked for. */
const CHOICES: readonly Topic[] = ["pool", "held", "all-down", "nodata"];

/**
 * Adds where the hints come from, the pools behind them, and the reasons for number and TTL of the records.
 *
 * @param decide what the class gets of a source, and fills a trace
 */
export function traceHints(
  trace: Trace,
  zone: Zone,
  rrset: SteeredRRset,
  hints: readonly HintedRecord[],
  answer: Answer,
  decide: (source: SteeredRRset, trace?: Trace) => Decision,
): void {
  for (const source of listHintSources(zone, hints)) {
    const own = createTrace();
    decide(source, own);
    trace.pools.push(...own.pools);
    for (const step of own.steps) {
      if (!CHOICES.includes(step.topic)) continue;
      trace.steps.push({ ...step, text: `${describeSource(source)}: ${step.text}` });
    }
  }
  const decideOne = (index: number): Decision => decide(zone.steered[index]!);
  hints.forEach(({ ipv4, ipv6 }, i) => {
    const which = hints.length === 1 ? "" : ` of record ${i + 1}`;
    const add = (key: string, type: number, source: HintSource | undefined): void => {
      if (source === undefined) return;
      const offer = offerHints(source, type, decideOne);
      const text = `${key}${which}: ${explainOffer(offer, type)}`;
      trace.steps.push({ topic: "hints", rule: "A17", text });
    };
    add("ipv4hint", TYPE_A, ipv4);
    add("ipv6hint", TYPE_AAAA, ipv6);
  });
  const ttl =
    answer.ttl < rrset.ttl
      ? `${answer.ttl} s: that of the addresses, which is less than the record's ${rrset.ttl} s`
      : `${answer.ttl} s: the record's ttl`;
  trace.steps.push({ topic: "ttl", rule: "A17", text: ttl });
}

function explainOffer({ addresses, why }: HintsOffer, type: number): string {
  const asked = formatType(type);
  if (why === "sticky") return `left out: who leads the ${asked} answer is decided per client`;
  if (addresses === undefined) return `left out: ${asked} queries get no address`;
  const { rdata, answers, leads } = addresses;
  const texts = rdata.map((octets) => formatAddress({ family: type === TYPE_A ? 4 : 6, octets }));
  const list = texts.slice(0, leads.length === 1 ? answers : texts.length).join(", ");
  const some = leads.length > 1 ? `, ${answers} of them in turn` : "";
  return `${list}${some}, as ${asked} queries get`;
}

function describeSource({ label, type }: SteeredRRset): string {
  return `${label} ${formatType(type)}`;
}
