import type { IssueList } from "../config/issue-list.ts";
import type { ZoneSettings } from "../config/zone-settings.ts";
import type { BuildContext } from "./build-context.ts";
import { buildHints } from "./build-hints.ts";
import { buildDatacenters, buildNetworks } from "./build-locations.ts";
import { buildRecords } from "./build-records.ts";
import { buildSecondary } from "./build-secondary.ts";
import { buildSoa, type SerialBounds } from "./build-soa.ts";
import { checkAliasRecords } from "./check-alias-records.ts";
import { checkAliases } from "./check-aliases.ts";
import { checkDelegations } from "./check-delegations.ts";
import { checkDnames } from "./check-dnames.ts";
import { checkPoolContents } from "./check-pool-contents.ts";
import { checkFallbacks, checkNesting, checkUnusedPools } from "./check-pools.ts";
import { checkSizes } from "./check-sizes.ts";
import { checkSteeredAliases } from "./check-steered-aliases.ts";
import { checkSteering } from "./check-steering.ts";
import { CheckTable } from "./check-table.ts";
import type { StaticDraft } from "./draft.ts";
import { type ImportSource, importRecords } from "./import-records.ts";
import type { Name, RRset, TransferSettings, Zone } from "./model.ts";
import { OwnerIndex } from "./owner-index.ts";
import { PoolTable } from "./pool-table.ts";

/** Gives the settings of a file their meaning. The zone is worth something only if no error was found. */
export function buildZone(
  settings: ZoneSettings,
  apex: Name,
  bounds: SerialBounds & { readonly references: boolean; readonly knowsAsns: boolean },
  issues: IssueList,
  source?: ImportSource,
): Zone {
  if (settings.secondary !== undefined) {
    const zone = buildSecondary(settings.secondary.value, apex, issues);
    return { ...zone, transfer: buildTransfer(settings) };
  }
  const datacenters = buildDatacenters(settings, issues);
  const networks = buildNetworks(settings, issues);
  const context: BuildContext = {
    apex,
    issues,
    defaultTtl: settings.ttl?.value,
    references: bounds.references,
    knowsAsns: bounds.knowsAsns || networks.some(({ asn }) => asn !== undefined),
  };
  const checks = new CheckTable(settings.healthchecks?.value ?? [], issues);
  const datacenterNames = new Set(datacenters.map(({ name }) => name));
  const pools = new PoolTable(settings.pools?.value ?? [], apex, checks, datacenterNames, issues);
  const records = buildRecords(settings.records?.value ?? [], context, pools, checks);
  const imported = source && importRecords(source, { apex, ...records }, issues);
  const soa = buildSoa(
    settings.soa,
    [...records.statics, ...(imported?.owners.draftsOf(apex) ?? [])],
    bounds,
    context,
    imported?.soa,
  );
  const statics = [soa.rrset, ...records.statics.filter((rrset) => rrset !== soa.rrset)];

  const index = new OwnerIndex({
    apex,
    statics,
    steered: records.steered,
    imported: imported?.owners,
  });
  checkAliases(apex, index, issues);
  checkAliasRecords(apex, records.steered, index, issues);
  checkDnames(apex, index, issues);
  checkDelegations(apex, soa.rrset, index, issues);
  const hints = buildHints(apex, statics, records.steered, index, issues);
  checkSizes(hints.statics, issues);
  const used = pools.list();
  checkSteeredAliases(apex, records.steered, used, index, issues);
  pools.readUnused();
  checkFallbacks(pools, issues);
  checkNesting(pools, issues);
  if (issues.errors === 0) {
    // After an error these would report what is only a consequence of it.
    checkUnusedPools(pools, issues);
    const located = datacenters.filter(({ coords }) => coords !== undefined);
    const names = new Set(located.map(({ name }) => name));
    checkPoolContents(used, pools, names, issues);
    if (issues.errors === 0) checkSteering(records.steered, used, names, context);
  }
  return {
    apex,
    rrsets: hints.statics.map(finish),
    table: imported?.rrsets,
    steered: [...records.steered.map(({ rrset }) => rrset), ...hints.steered],
    pools: used,
    datacenters,
    networks,
    serial: soa.serial,
    negativeTtl: Math.min(soa.rrset.ttl, soa.minimum),
    transfer: buildTransfer(settings),
  };
}

function buildTransfer({ transfer }: ZoneSettings): TransferSettings | undefined {
  return (
    transfer && {
      allow: transfer.value.allow?.value.map(({ value }) => value),
      notify: transfer.value.notify?.value.map(({ value }) => value),
    }
  );
}

function finish({ owner, type, ttl, rdata, answers }: StaticDraft): RRset {
  return { owner, type, ttl, answers, rdata: rdata.map(({ octets }) => octets) };
}
