import type { Prefix } from "../address/address.ts";
import { formatPrefix } from "../address/parse.ts";
import type { Located } from "../config/decode.ts";
import { startOf } from "../config/decode.ts";
import type { IssueList, Place } from "../config/issue-list.ts";
import { quote } from "../config/tree.ts";
import type { RuleSettings } from "../config/zone-settings.ts";
import { readGeoCode } from "./build-locations.ts";
import { coversGeoCode } from "./geo-code.ts";
import type { GeoCode, Rule } from "./model.ts";
import type { PoolScope, PoolTable, PoolUse } from "./pool-table.ts";

/** The rules of a steered record, those that can never match reported. */
export function buildRules(
  settings: readonly Located<RuleSettings>[],
  scope: PoolScope,
  use: PoolUse,
  pools: PoolTable,
  issues: IssueList,
): Rule[] {
  const rules: Rule[] = [];
  const earlier = new Coverage(issues);
  for (const rule of settings) {
    earlier.add(rule, (code) => readGeoCode(code, issues));
    const indexes: number[] = [];
    for (const name of rule.value.pool.value) {
      const index = pools.use(name, scope, use);
      if (index === undefined) continue;
      if (indexes.includes(index)) {
        issues.warn(
          name.place,
          `the pool ${quote(name.value)} is in the list already: it is tried once`,
        );
      } else {
        indexes.push(index);
      }
    }
    const geos = rule.value.geos?.value ?? [];
    rules.push({
      asns: rule.value.asns?.value.map(({ value }) => value) ?? [],
      geos: geos.map((geo) => readGeoCode(geo, issues)).filter((geo) => geo !== undefined),
      subnets: rule.value.subnets?.value.map(({ value }) => value) ?? [],
      pools: indexes,
    });
  }
  const last = settings.at(-1);
  if (last !== undefined && !settings.some(({ value }) => isCatchAll(value))) {
    issues.error(
      startOf(last),
      "the last rule must match everybody: a rule without geos, subnets and asns is missing, like { pool: NAME }",
    );
  }
  return rules;
}

function isCatchAll(rule: RuleSettings): boolean {
  return rule.geos === undefined && rule.subnets === undefined && rule.asns === undefined;
}

/** What the rules so far match, to find those behind them that never will. */
class Coverage {
  readonly #issues: IssueList;
  readonly #subnets = new Map<string, Place>();
  readonly #geos: { code: GeoCode; place: Place }[] = [];
  readonly #asns = new Map<number, Place>();
  #catchAll: Place | undefined;

  constructor(issues: IssueList) {
    this.#issues = issues;
  }

  add(rule: Located<RuleSettings>, read: (code: Located<string>) => GeoCode | undefined): void {
    if (this.#catchAll !== undefined) {
      const line = this.#issues.lineOf(this.#catchAll.start);
      this.#issues.warn(
        startOf(rule),
        `this rule can never match: the one in line ${line} before it matches everybody`,
      );
      return;
    }
    if (isCatchAll(rule.value)) this.#catchAll = rule.place;
    const subnets = rule.value.subnets?.value ?? [];
    const covered = subnets.filter((subnet) => this.#addSubnet(subnet)).length;
    const geos = rule.value.geos?.value ?? [];
    const known = geos.filter((geo) => this.#addGeo(geo, read(geo))).length;
    const asns = rule.value.asns?.value ?? [];
    const taken = asns.filter((asn) => this.#addAsn(asn)).length;
    const parts = subnets.length + geos.length + asns.length;
    if (parts > 0 && covered + known + taken === parts) {
      this.#issues.warn(startOf(rule), "this rule can never match: earlier ones cover all of it");
    }
  }

  #addSubnet(subnet: Located<Prefix>): boolean {
    for (let length = subnet.value.length; length >= 0; length--) {
      const place = this.#subnets.get(keyOfPrefix(subnet.value, length));
      if (place === undefined) continue;
      const line = this.#issues.lineOf(place.start);
      this.#issues.warn(
        subnet.place,
        `the subnet ${formatPrefix(subnet.value)} can never match here: line ${line} covers it`,
      );
      return true;
    }
    this.#subnets.set(keyOfPrefix(subnet.value, subnet.value.length), subnet.place);
    return false;
  }

  #addAsn({ value, place }: Located<number>): boolean {
    const earlier = this.#asns.get(value);
    if (earlier === undefined) {
      this.#asns.set(value, place);
      return false;
    }
    const line = this.#issues.lineOf(earlier.start);
    this.#issues.warn(place, `AS${value} can never match here: line ${line} has it already`);
    return true;
  }

  #addGeo(written: Located<string>, code: GeoCode | undefined): boolean {
    if (code === undefined) return false;
    const earlier = this.#geos.find((geo) => coversGeoCode(geo.code, code));
    if (earlier === undefined) {
      this.#geos.push({ code, place: written.place });
      return false;
    }
    const line = this.#issues.lineOf(earlier.place.start);
    this.#issues.warn(
      written.place,
      `the geo ${quote(written.value)} can never match here: line ${line} covers it`,
    );
    return true;
  }
}

/** The first `length` bits of a prefix as a key. */
function keyOfPrefix(prefix: Prefix, length: number): string {
  const octets = prefix.address.octets.map((octet, i) => {
    const bits = Math.min(8, Math.max(0, length - 8 * i));
    return octet & (0xff00 >> bits);
  });
  return `${octets.join(".")}/${length}`;
}
