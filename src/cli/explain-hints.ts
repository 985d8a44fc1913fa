import { formatRdata } from "../rdata/format-rdata.ts";
import { steer } from "../steering/steer.ts";
import { listHintSources } from "../steering/steer-hints.ts";
import { createTrace, type Step } from "../steering/trace.ts";
import { formatName } from "../wire/name.ts";
import { formatType } from "../wire/rr-types.ts";
import type { HintedRecord, SteeredRRset, Zone } from "../zone/model.ts";
import { type ExplainedSteering, explainSteered } from "./explain-steered.ts";
import type { Question, World } from "./explanation.ts";

/** What the records with `auto` hints give this client: what A and AAAA queries would, and why. */
export function explainHints(
  zone: Zone,
  rrset: SteeredRRset & { readonly hints: readonly HintedRecord[] },
  question: Question,
  world: World,
): ExplainedSteering {
  const explained = listHintSources(zone, rrset.hints).map((source) => ({
    source,
    ...explainSteered(zone, source, question, world),
  }));
  const parts = explained.map(({ clientClass }) => clientClass);
  const clientClass = { pools: [], rules: [0], near: undefined, parts };
  const trace = createTrace();
  const decision = steer(zone, rrset, clientClass, world, trace);
  if (decision.kind !== "answer") throw new Error("Records with hints always answer");
  const scope = Math.max(0, ...explained.map(({ classScope }) => classScope));
  const before = explained.flatMap(({ source, steering }) =>
    steering.steps.filter(isAboutClient).map(
      (step): Step => ({
        ...step,
        text: `${formatName(source.owner)} ${formatType(source.type)}: ${step.text}`,
      }),
    ),
  );
  const { values, sequence } = decision;
  const turns = sequence?.length ?? values.length;
  const [first] = explained;
  return {
    answer: {
      type: formatType(rrset.type),
      ttl: decision.ttl,
      records: values.map(({ rdata }, i) => ({
        data: formatRdata(rrset.type, rdata),
        share: sequence === undefined ? 1 / turns : count(sequence, i) / turns,
      })),
      perAnswer: decision.answers,
      rotates: decision.rotate,
    },
    steering: {
      location: first?.steering.location ?? {
        address: "",
        continent: undefined,
        country: undefined,
        subdivision: undefined,
      },
      rule: 1,
      rules: 1,
      mode: decision.mode,
      scope,
      steps: [...before, ...trace.steps, explainScope(scope)],
      pools: trace.pools,
    },
    lead: undefined,
    clientClass,
    classScope: scope,
  };
}

function isAboutClient({ topic }: Step): boolean {
  return topic === "client" || topic === "rule" || topic === "distance";
}

function count(numbers: readonly number[], wanted: number): number {
  return numbers.filter((number) => number === wanted).length;
}

function explainScope(scope: number): Step {
  const text =
    scope === 0
      ? "/0: the addresses are the same for everybody"
      : `/${scope}: the longest of those of the addresses`;
  return { topic: "scope", rule: "A3", text };
}
