import { formatRdata } from "../rdata/format-rdata.ts";
import type { Answer, Decision } from "../steering/decision.ts";
import { formatName } from "../wire/name.ts";
import type { Alias, RRset, SteeredRRset } from "../zone/model.ts";

/** What a class of clients gets, in one line that is equal exactly if the answers are. */
export function describeDecision(decision: Decision): string {
  if (decision.kind === "nodata") return "no data";
  if (decision.kind === "servfail") return "SERVFAIL";
  const { ttl, mode } = decision;
  const open = mode === "normal" ? "" : ", no pool in service";
  return `${describeValues(decision)}, ttl ${ttl}${open}`;
}

/** An ALIAS record: where it leads, and how addresses elsewhere are checked. */
export function describeAlias({ ttl, answers }: SteeredRRset, { target, checks }: Alias): string {
  const names = checks.map(({ check, port }) => `${check.name} on port ${port}`).join(", ");
  const checked = names === "" ? "" : `, checked by ${names}`;
  const count = answers === undefined ? "" : `, ${answers} per answer`;
  return `${formatName(target)}${count}${checked}, ttl ${ttl}`;
}

/** The same of an RRset that everybody gets. */
export function describeRRset({ type, ttl, rdata, answers }: RRset): string {
  // Its order goes round.
  const texts = rdata.map((octets) => formatRdata(type, octets)).sort();
  return `${texts.join(", ")}${describeCount(answers, texts.length)}, ttl ${ttl}`;
}

function describeValues({ values, rotate, sticky, answers }: Answer): string {
  const total = values.reduce((sum, { weight }) => sum + weight, 0);
  const isEqual = values.every(({ weight }) => weight === values[0]!.weight);
  const texts = values.map(({ text, weight }) =>
    isEqual || !(rotate || sticky !== undefined) ? text : `${text} ${percent(weight / total)}`,
  );
  const count = describeCount(answers, texts.length);
  if (sticky !== undefined) {
    return `${texts.sort().join(", ")} by client /${sticky.prefix4} or /${sticky.prefix6}${count}`;
  }
  if (rotate) return `${texts.sort().join(", ")}${count}`;
  return texts.length === 1 ? texts[0]! : `${texts[0]} before ${texts.slice(1).join(", ")}${count}`;
}

function describeCount(answers: number | undefined, values: number): string {
  return answers === undefined || answers >= values ? "" : `, ${answers} per answer`;
}

/** With one decimal where that says something. */
function percent(share: number): string {
  return `${Math.round(share * 1000) / 10} %`;
}
