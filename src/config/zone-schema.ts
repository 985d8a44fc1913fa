/**
 * The zone file's keys and what each may hold. A new key is a line here, one in zone-settings.ts, and its meaning in
 * `zone/`.
 */
import { checkReferences, healthCheck } from "./check-schema.ts";
import {
  anything,
  type Decoder,
  fullListOf,
  integer,
  listOf,
  mapOf,
  number,
  object,
  oneOf,
  optional,
  required,
  startOf,
  strictListOf,
  text,
} from "./decode.ts";
import { describe, describeRoot, type JsonSchema, schemaOf } from "./describe.ts";
import { ttl } from "./duration.ts";
import type { IssueList } from "./issue-list.ts";
import { octodns } from "./octodns-schema.ts";
import { allDown, pool } from "./pool-schema.ts";
import { describeEither, refuseOwnRecords, secondary } from "./secondary-schema.ts";
import { transfer } from "./transfer-schema.ts";
import { describeTree, type Tree } from "./tree.ts";
import { autonomousSystem, coordinates, prefix } from "./value-decoders.ts";
import type {
  DatacenterSettings,
  DynamicSettings,
  LocationSettings,
  NetworkSettings,
  RecordSettings,
  RuleSettings,
  SoaSettings,
  ZoneSettings,
} from "./zone-settings.ts";

/**
 * Reads a zone file. One with none of the envelope's keys is a plain octoDNS file: its top level is its records, and
 * `zone` is undefined.
 */
export function decodeZone(tree: Tree, issues: IssueList): ZoneSettings | undefined {
  if (tree.kind !== "mapping") {
    issues.error(tree.place, `a zone file is a mapping: ${describeTree(tree)}`);
    return undefined;
  }
  if (tree.entries.some(({ key }) => ENVELOPE.has(key))) return zoneFile(tree, "the file", issues);
  const value = records(tree, "the file", issues);
  if (value === undefined) return undefined;
  return { ...NO_ZONE_SETTINGS, records: { value, place: tree.place } };
}

/** The JSON Schema of a zone file with an envelope: structure, words and ranges; what names mean is for `check`. */
export function describeZoneFile(): JsonSchema {
  return describeRoot("a zone file of rondo", zoneFile);
}

/** Of a file that says nothing. */
export const NO_ZONE_SETTINGS: ZoneSettings = {
  zone: undefined,
  ttl: undefined,
  soa: undefined,
  datacenters: undefined,
  healthchecks: undefined,
  pools: undefined,
  networks: undefined,
  secondary: undefined,
  transfer: undefined,
  import: undefined,
  records: undefined,
};

const ENVELOPE: ReadonlySet<string> = new Set(Object.keys(NO_ZONE_SETTINGS));

const serialNumber = integer(0, 0xffff_ffff);

/** "auto", or a serial number (RFC 1982). */
const serial: Decoder<"auto" | number> = describe(
  (tree, name, issues) =>
    tree.kind === "scalar" && tree.value === "auto" ? "auto" : serialNumber(tree, name, issues),
  () => ({ anyOf: [{ const: "auto" }, schemaOf(serialNumber)] }),
);

const soa: Decoder<SoaSettings> = object<SoaSettings>("the SOA settings", {
  mname: optional(text),
  rname: optional(text),
  serial: optional(serial),
  refresh: optional(ttl),
  retry: optional(ttl),
  expire: optional(ttl),
  minimum: optional(ttl),
  ttl: optional(ttl),
});

const datacenter: Decoder<DatacenterSettings> = object<DatacenterSettings>("a datacenter", {
  geo: optional(text),
  coords: optional(coordinates),
  bias: optional(number(-99, 99)),
});

const location: Decoder<LocationSettings> = object<LocationSettings>("a network", {
  geo: optional(text),
  coords: optional(coordinates),
  asn: optional(autonomousSystem),
});

const locations = mapOf("networks by their prefix", location);

const networks: Decoder<readonly NetworkSettings[]> = describe(
  (tree, name, issues) => {
    const entries = locations(tree, name, issues);
    if (entries === undefined) return undefined;
    const found: NetworkSettings[] = [];
    for (const { key, keyPlace, value } of entries) {
      const scalar: Tree = { kind: "scalar", value: key, source: key, place: keyPlace };
      const network = prefix(scalar, "the prefix of a network", issues);
      if (network !== undefined) found.push({ prefix: network, place: keyPlace, settings: value });
    }
    return found;
  },
  () => schemaOf(locations),
);

const rule: Decoder<RuleSettings> = object<RuleSettings>("a rule", {
  geos: optional(fullListOf(text)),
  subnets: optional(fullListOf(prefix)),
  asns: optional(fullListOf(autonomousSystem)),
  pool: required(fullListOf(text)),
});

const pools = mapOf("pools by name", pool);

const dynamic: Decoder<DynamicSettings> = object<DynamicSettings>("the steering of a record", {
  rules: required(strictListOf(rule)),
  pools: optional(pools),
  policy: optional(oneOf(["failover", "nearest"])),
});

const recordFields: Decoder<RecordSettings> = object<RecordSettings>("a record", {
  type: required(fullListOf(text)),
  ttl: optional(ttl),
  value: optional(anything),
  values: optional(anything),
  dynamic: optional(dynamic),
  answers: optional(integer(1, 100)),
  ttl_min: optional(ttl),
  all_down: optional(allDown),
  healthcheck: optional(checkReferences),
  octodns: optional(octodns),
});

const record: Decoder<RecordSettings> = describe(
  (tree, name, issues) => {
    const settings = recordFields(refuseGeo(tree, issues), name, issues);
    const isSteered = tree.kind === "mapping" && tree.entries.some(({ key }) => key === "dynamic");
    // Without its refused steering it would be taken for a plain record, and blamed for what that lacks.
    return isSteered && settings?.dynamic === undefined ? undefined : settings;
  },
  () => schemaOf(recordFields),
);

/** A record without the key by which octoDNS steered before it had `dynamic`. */
function refuseGeo(tree: Tree, issues: IssueList): Tree {
  const geo = tree.kind === "mapping" && tree.entries.find(({ key }) => key === "geo");
  if (!geo) return tree;
  issues.error(
    geo.keyPlace,
    '"geo" is how octoDNS steered once: write dynamic, with pools and rules that have geos',
  );
  return { ...tree, entries: tree.entries.filter((entry) => entry !== geo) };
}

const records = mapOf("records by owner name", listOf(record));

const envelope: Decoder<ZoneSettings> = object<ZoneSettings>("a zone file", {
  zone: required(text),
  ttl: optional(ttl),
  soa: optional(soa),
  datacenters: optional(mapOf("datacenters by name", datacenter)),
  healthchecks: optional(mapOf("health checks by name", healthCheck)),
  pools: optional(pools),
  networks: optional(networks),
  secondary: optional(secondary),
  transfer: optional(transfer),
  import: optional(text),
  records: optional(records),
});

/** One that has its own records, or one that has them from elsewhere. */
const zoneFile: Decoder<ZoneSettings> = describe(
  (tree, name, issues) => {
    if (tree.kind === "mapping") {
      const keys = new Set(tree.entries.map(({ key }) => key));
      if (keys.has("secondary")) refuseOwnRecords(tree, issues);
      else if (!keys.has("records") && !keys.has("import")) {
        issues.error(startOf(tree), 'a zone file needs the key "records"');
      }
    }
    return envelope(tree, name, issues);
  },
  () => describeEither(schemaOf(envelope)),
);
