import type { Entry, Located } from "../config/decode.ts";
import type { IssueList, Place } from "../config/issue-list.ts";
import { explainUnknown } from "../config/suggest.ts";
import type { CheckReferences, PoolSettings } from "../config/zone-settings.ts";
import { TYPE_CNAME } from "../wire/rr-types.ts";
import { buildPool, createEmptyPool } from "./build-pool.ts";
import type { CheckTable } from "./check-table.ts";
import type { Name, Pool } from "./model.ts";
import type { ValueKind } from "./read-pool-value.ts";

/** A pool as written, of the zone or of one record. */
export interface PoolDefinition {
  /** As messages and traces call it. */
  readonly label: string;
  readonly place: Place;
  readonly settings: PoolSettings | undefined;
  /** Where its `fallback` is looked up. */
  readonly scope: PoolScope;
}

/** The pools that a name can mean at some place, and what they inherit there. */
export interface PoolScope {
  readonly own: ReadonlyMap<string, PoolDefinition>;
  readonly outer: PoolScope | undefined;
}

/** What a pool is used for: the same one may serve records of several types, with several checks. */
export interface PoolUse {
  /** Undefined: no record says. */
  readonly kind: ValueKind | undefined;
  /** The checks of the record, for pools and values without any. */
  readonly inherited: CheckReferences | undefined;
}

/** The pools of a zone: finds them by name, and gives each of their uses an index. */
export class PoolTable {
  readonly zoneScope: PoolScope;
  readonly #apex: Name;
  readonly #checks: CheckTable;
  readonly #datacenters: ReadonlySet<string>;
  readonly #issues: IssueList;
  readonly #pools: (Pool | undefined)[] = [];
  readonly #origins: (PoolDefinition | undefined)[] = [];
  readonly #indexes = new Map<PoolDefinition, Map<CheckReferences | undefined, KindIndexes>>();
  readonly #definitions: PoolDefinition[] = [];
  readonly #used = new Set<PoolDefinition>();
  /** Pools that have an index and no content yet: chains of fallbacks can be long. */
  readonly #unbuilt: { definition: PoolDefinition; use: PoolUse; index: number }[] = [];

  constructor(
    entries: readonly Entry<PoolSettings>[],
    apex: Name,
    checks: CheckTable,
    datacenters: ReadonlySet<string>,
    issues: IssueList,
  ) {
    this.#apex = apex;
    this.#checks = checks;
    this.#datacenters = datacenters;
    this.#issues = issues;
    this.zoneScope = this.openScope(entries, undefined, undefined);
  }

  /** A scope with pools of its own within another one; `owner` is the record that has them. */
  openScope(
    entries: readonly Entry<PoolSettings>[],
    owner: string | undefined,
    outer: PoolScope | undefined,
  ): PoolScope {
    const own = new Map<string, PoolDefinition>();
    const scope: PoolScope = { own, outer };
    for (const { key, keyPlace, value } of entries) {
      const label = owner === undefined ? key : `${owner}/${key}`;
      const definition = { label, place: keyPlace, settings: value, scope };
      own.set(key, definition);
      this.#definitions.push(definition);
    }
    return scope;
  }

  /** The index of the pool that `name` means; undefined if there is none, which is then reported. */
  use(name: Located<string>, scope: PoolScope, use: PoolUse): number | undefined {
    const definition = this.#find(name, scope);
    if (definition === undefined) return undefined;
    // What is used already has led to all behind it.
    for (const reached of this.#reach(definition, this.#used)) this.#used.add(reached);
    const index = this.#intern(definition, use);
    this.#buildAll();
    return index;
  }

  /** Reads the pools that no record uses, for what is wrong with them. Those get indexes behind all others. */
  readUnused(): void {
    for (const definition of this.#definitions) {
      if (this.#indexes.has(definition)) continue;
      this.#intern(definition, { kind: guessKind(definition.settings), inherited: undefined });
      this.#buildAll();
    }
  }

  /** Adds a pool that the file does not name. */
  add(pool: Pool): number {
    return this.#pools.push(pool) - 1;
  }

  /** Where the pool of an index is written; undefined for one that the file does not name. */
  originOf(index: number): PoolDefinition | undefined {
    return this.#origins[index];
  }

  /** All pools by index. */
  list(): Pool[] {
    return this.#pools.filter((pool) => pool !== undefined);
  }

  definitions(): readonly PoolDefinition[] {
    return this.#definitions;
  }

  isUsed(definition: PoolDefinition): boolean {
    return this.#used.has(definition);
  }

  /** The pool that a definition falls back to. */
  fallbackOf(definition: PoolDefinition): PoolDefinition | undefined {
    const name = definition.settings?.fallback?.value;
    return name === undefined ? undefined : findIn(definition.scope, name);
  }

  /** The pools among the values of a definition. */
  nestedOf(definition: PoolDefinition): { definition: PoolDefinition; place: Place }[] {
    const nested: { definition: PoolDefinition; place: Place }[] = [];
    for (const { value } of definition.settings?.values.value ?? []) {
      if (value.kind !== "pool") continue;
      const found = findIn(definition.scope, value.pool.value);
      if (found !== undefined) nested.push({ definition: found, place: value.pool.place });
    }
    return nested;
  }

  #find(name: Located<string>, scope: PoolScope): PoolDefinition | undefined {
    const found = findIn(scope, name.value);
    if (found !== undefined) return found;
    this.#issues.error(name.place, () => explainUnknown("pool", name.value, listNames(scope)));
    return undefined;
  }

  /** A definition and all that it leads to, as fallback or as part of it, as far as that is not known. */
  *#reach(
    start: PoolDefinition,
    known: ReadonlySet<PoolDefinition> = new Set(),
  ): Generator<PoolDefinition> {
    const seen = new Set([start]);
    // What is added on the way is visited too.
    for (const definition of seen) {
      if (known.has(definition)) continue;
      yield definition;
      const fallback = this.fallbackOf(definition);
      if (fallback !== undefined) seen.add(fallback);
      for (const nested of this.nestedOf(definition)) seen.add(nested.definition);
    }
  }

  /** The index of one use of a definition; a record's checks make another pool of one that has none of its own. */
  #intern(definition: PoolDefinition, { kind, inherited }: PoolUse): number {
    const checks = inherited !== undefined && this.#inherits(definition) ? inherited : undefined;
    const byChecks = this.#indexes.get(definition) ?? new Map<typeof checks, KindIndexes>();
    this.#indexes.set(definition, byChecks);
    const byKind: KindIndexes = byChecks.get(checks) ?? new Map();
    byChecks.set(checks, byKind);
    const known = byKind.get(kind);
    if (known !== undefined) return known;
    const index = this.#pools.push(undefined) - 1;
    byKind.set(kind, index);
    this.#origins[index] = definition;
    this.#unbuilt.push({ definition, use: { kind, inherited: checks }, index });
    return index;
  }

  #buildAll(): void {
    // Building one may add others behind it.
    for (const { index, definition, use } of this.#unbuilt) {
      this.#pools[index] = this.#build(definition, use);
    }
    this.#unbuilt.length = 0;
  }

  /** Whether a record's checks change anything in a pool, or in one that it leads to. */
  #inherits(definition: PoolDefinition): boolean {
    for (const { settings } of this.#reach(definition)) {
      if (settings === undefined || settings.healthcheck !== undefined) continue;
      const isBare = settings.values.value.some(
        ({ value }) => value.kind === "value" && value.healthcheck === undefined,
      );
      if (isBare) return true;
    }
    return false;
  }

  #build({ label, settings, scope }: PoolDefinition, use: PoolUse): Pool {
    if (settings === undefined) return createEmptyPool(label);
    return buildPool(label, settings, {
      kind: use.kind,
      apex: this.#apex,
      datacenters: this.#datacenters,
      issues: this.#issues,
      checksOf: (value) => {
        const own = value.healthcheck ?? settings.healthcheck;
        return this.#checks.resolve(own?.value ?? use.inherited ?? [], label);
      },
      indexOf: (name) => {
        const found = this.#find(name, scope);
        return found === undefined ? undefined : this.#intern(found, use);
      },
    });
  }
}

type KindIndexes = Map<ValueKind | undefined, number>;

/** What the values of a pool are that nothing uses: what they look like. */
function guessKind(settings: PoolSettings | undefined): ValueKind | undefined {
  const first = settings?.values.value
    .map(({ value }) => value)
    .find(({ kind }) => kind === "value");
  const tree = first?.kind === "value" ? first.value.value : undefined;
  const written = tree?.kind === "scalar" ? String(tree.value) : "";
  if (/^[\d.]+(\/\d+)?$|:/.test(written)) return "address";
  return /^\S+\.$/.test(written) ? TYPE_CNAME : undefined;
}

/** All names that mean a pool in a scope, the nearest first. */
function listNames(scope: PoolScope): string[] {
  const names: string[] = [];
  for (let at: PoolScope | undefined = scope; at !== undefined; at = at.outer) {
    names.push(...at.own.keys());
  }
  return names;
}

function findIn(scope: PoolScope, name: string): PoolDefinition | undefined {
  for (let at: PoolScope | undefined = scope; at !== undefined; at = at.outer) {
    const found = at.own.get(name);
    if (found !== undefined) return found;
  }
  return undefined;
}
