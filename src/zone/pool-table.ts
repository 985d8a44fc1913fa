import type { Entry, Located } from "../config/decode.ts";
import type { IssueList, Place } from "../config/issue-list.ts";
import { explainUnknown } from "../config/suggest.ts";
import type { CheckReferences, PoolSettings } from "../config/zone-settings.ts";
import { buildValues } from "./build-values.ts";
import type { CheckTable } from "./check-table.ts";
import type { Pool } from "./model.ts";

/** A pool as written, of the zone or of one record. */
export interface PoolDefinition {
  readonly name: string;
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

/** The pools of a zone: finds them by name, and gives each its index. */
export class PoolTable {
  readonly zoneScope: PoolScope;
  readonly #checks: CheckTable;
  readonly #datacenters: ReadonlySet<string>;
  readonly #issues: IssueList;
  readonly #pools: (Pool | undefined)[] = [];
  readonly #indexes = new Map<PoolDefinition, Map<CheckReferences | undefined, number>>();
  readonly #definitions: PoolDefinition[] = [];
  readonly #used = new Set<PoolDefinition>();
  /** Pools that have an index and no content yet: chains of fallbacks can be long. */
  readonly #unbuilt: {
    definition: PoolDefinition;
    inherited: CheckReferences | undefined;
    index: number;
  }[] = [];

  constructor(
    entries: readonly Entry<PoolSettings>[],
    checks: CheckTable,
    datacenters: ReadonlySet<string>,
    issues: IssueList,
  ) {
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
      const definition = { name: key, label, place: keyPlace, settings: value, scope };
      own.set(key, definition);
      this.#definitions.push(definition);
    }
    // Only now: a pool may fall back to one that stands below it.
    for (const definition of own.values()) this.#intern(definition, undefined);
    this.#buildAll();
    return scope;
  }

  /**
   * The index of the pool that `name` means; undefined if there is none, which is then reported.
   *
   * @param inherited the checks of the record, for pools and values without any
   */
  use(
    name: Located<string>,
    scope: PoolScope,
    inherited: CheckReferences | undefined,
  ): number | undefined {
    const definition = this.#find(name, scope);
    if (definition === undefined) return undefined;
    this.#markUsed(definition);
    const index = this.#intern(definition, inherited);
    this.#buildAll();
    return index;
  }

  /** Adds a pool that the file does not name. */
  add(pool: Pool): number {
    return this.#pools.push(pool) - 1;
  }

  at(index: number): Pool | undefined {
    return this.#pools[index];
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

  #find(name: Located<string>, scope: PoolScope): PoolDefinition | undefined {
    const found = findIn(scope, name.value);
    if (found !== undefined) return found;
    this.#issues.error(name.place, () => explainUnknown("pool", name.value, listNames(scope)));
    return undefined;
  }

  #markUsed(definition: PoolDefinition): void {
    let next: PoolDefinition | undefined = definition;
    while (next !== undefined && !this.#used.has(next)) {
      this.#used.add(next);
      next = this.fallbackOf(next);
    }
  }

  /** The index of a definition; a record's checks make another pool of one that has none of its own. */
  #intern(definition: PoolDefinition, inherited: CheckReferences | undefined): number {
    const checks = inherited !== undefined && this.#inherits(definition) ? inherited : undefined;
    const indexes = this.#indexes.get(definition) ?? new Map<typeof checks, number>();
    this.#indexes.set(definition, indexes);
    const known = indexes.get(checks);
    if (known !== undefined) return known;
    const index = this.#pools.push(undefined) - 1;
    indexes.set(checks, index);
    this.#unbuilt.push({ definition, inherited: checks, index });
    return index;
  }

  #buildAll(): void {
    // Building one may add others behind it.
    for (const { index, definition, inherited } of this.#unbuilt) {
      this.#pools[index] = this.#build(definition, inherited);
    }
    this.#unbuilt.length = 0;
  }

  /** Whether a record's checks change anything in a pool, or in one that it falls back to. */
  #inherits(definition: PoolDefinition): boolean {
    const seen = new Set<PoolDefinition>();
    let next: PoolDefinition | undefined = definition;
    while (next !== undefined && !seen.has(next)) {
      seen.add(next);
      const { settings }: PoolDefinition = next;
      if (
        settings !== undefined &&
        settings.healthcheck === undefined &&
        settings.values.value.some(({ value }) => value.healthcheck === undefined)
      ) {
        return true;
      }
      next = this.fallbackOf(next);
    }
    return false;
  }

  #build(definition: PoolDefinition, inherited: CheckReferences | undefined): Pool {
    const { label, settings, scope } = definition;
    if (settings === undefined) {
      return {
        name: label,
        policy: "rotate",
        values: [],
        fallback: undefined,
        answers: undefined,
        minHealthy: { count: 1 },
        nested: [],
        allDown: undefined,
        failback: { delayMs: 0, manual: false },
        slowStartMs: 0,
        stickyPrefix: { v4: 24, v6: 56 },
      };
    }
    const values = buildValues(
      settings,
      this.#datacenters,
      (value) => {
        const own = value.healthcheck ?? settings.healthcheck;
        return this.#checks.resolve(own?.value ?? inherited ?? [], label);
      },
      this.#issues,
    );
    const fallback =
      settings.fallback === undefined ? undefined : this.#find(settings.fallback, scope);
    return {
      name: label,
      policy: settings.policy?.value ?? "rotate",
      values,
      fallback: fallback === undefined ? undefined : this.#intern(fallback, inherited),
      answers: settings.answers?.value,
      minHealthy: settings.min_healthy?.value ?? { count: 1 },
      nested: [],
      allDown: undefined,
      failback: { delayMs: 0, manual: false },
      slowStartMs: 0,
      stickyPrefix: { v4: 24, v6: 56 },
    };
  }
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
