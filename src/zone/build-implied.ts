import { parseAddress } from "../address/parse.ts";
import {
  anything,
  type Decoder,
  type Located,
  object,
  optional,
  required,
  text,
} from "../config/decode.ts";
import type { IssueList } from "../config/issue-list.ts";
import type { Tree } from "../config/tree.ts";
import type { CheckReferences } from "../config/zone-settings.ts";
import { formatRdata } from "../rdata/format-rdata.ts";
import { formatType } from "../wire/rr-types.ts";
import type { BuildContext } from "./build-context.ts";
import { createEmptyPool } from "./build-pool.ts";
import type { RecordDraft } from "./build-records.ts";
import { belongsTo, listValues, readValues } from "./build-static.ts";
import type { SharedPart } from "./build-steered.ts";
import { buildTargets } from "./build-targets.ts";
import type { CheckTable } from "./check-table.ts";
import type { PoolValue } from "./model.ts";
import type { PoolTable } from "./pool-table.ts";

/** A plain record whose values are checked: a pool of its own, and one rule for everybody. */
export function buildImplied(
  record: RecordDraft,
  checks: CheckReferences,
  context: BuildContext,
  pools: PoolTable,
  table: CheckTable,
): SharedPart {
  const { settings, types, label } = record;
  const probes = new Map<number, Located<string>>();
  const trees = (listValues(record, context) ?? []).flatMap((tree) =>
    splitProbe(tree, probes, context.issues),
  );
  const built = table.resolve(checks, label);
  const values: PoolValue[] = [];
  const counts = new Map<number, number>();
  for (const type of types) {
    const own = trees.filter((tree) => types.length === 1 || belongsTo(tree, type));
    const rdata = readValues(record, type, own, context);
    // Plain round robin gives everything it has.
    counts.set(type, Math.max(1, rdata.length));
    if (rdata.length === 0 && trees.length > 0 && types.length > 1) {
      context.issues.error(
        settings.type.place,
        `no value is for ${formatType(type)}: leave the type out, or add an address`,
      );
    }
    for (const { octets, place } of rdata) {
      const written = formatRdata(type, octets);
      const address = parseAddress(written);
      const checked = { type, address, place, probe: probes.get(place.start) };
      values.push({
        text: written,
        type,
        rdata: octets,
        weight: 1,
        datacenter: undefined,
        status: "obey",
        targets: buildTargets(checked, built, context.issues),
      });
    }
  }
  const pool = pools.add({ ...createEmptyPool(label), values });
  const rules = [{ geos: [], subnets: [], asns: [], pools: [pool] }];
  return { policy: "failover", rules, counts };
}

interface ProbedValue {
  readonly value: Located<Tree>;
  readonly probe: Located<string> | undefined;
}

const probedValue: Decoder<ProbedValue> = object<ProbedValue>("a checked value", {
  value: required(anything),
  probe: optional(text),
});

/** Of `{ value, probe }` the value; its probe goes to `probes`, by where the value begins. */
function splitProbe(tree: Tree, probes: Map<number, Located<string>>, issues: IssueList): Tree[] {
  const isProbed = tree.kind === "mapping" && tree.entries.some(({ key }) => key === "probe");
  if (!isProbed) return [tree];
  const decoded = probedValue(tree, "value", issues);
  if (decoded === undefined) return [];
  const { value, place } = decoded.value;
  if (decoded.probe !== undefined) probes.set(place.start, decoded.probe);
  return [value];
}
