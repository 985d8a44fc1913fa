import type { Entry, Located } from "../config/decode.ts";
import type { IssueList, Place } from "../config/issue-list.ts";
import { suggest } from "../config/suggest.ts";
import { quote } from "../config/tree.ts";
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
    return this.#intern(definition, inherited);
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
    const names: string[] = [];
    for (let at: PoolScope | undefined = scope; at !== undefined; at = at.outer) {
      names.push(...at.own.keys());
    }
    const hint = suggest(name.value, names);
    const known = names.slice(0, 20).join(", ") || "none is written";
    this.#issues.error(
      name.place,
      `no pool is named ${quote(name.value)}${hint || `; there are: ${known}`}`,
    );
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
    const checks = this.#inherits(definition, new Set()) ? inherited : undefined;
    const indexes = this.#indexes.get(definition) ?? new Map<typeof checks, number>();
    this.#indexes.set(definition, indexes);
    const known = indexes.get(checks);
    if (known !== undefined) return known;
    // Its place is taken before its fallback is looked at: pools may fall back to each other.
    const index = this.#pools.push(undefined) - 1;
    indexes.set(checks, index);
    this.#pools[index] = this.#build(definition, checks);
    return index;
  }

  /** Whether a record's checks change anything in a pool, or in one that it falls back to. */
  #inherits(definition: PoolDefinition, seen: Set<PoolDefinition>): boolean {
    if (seen.has(definition)) return false;
    seen.add(definition);
    const { settings } = definition;
    const isOpen =
      settings !== undefined &&
      settings.healthcheck === undefined &&
      settings.values.value.some(({ value }) => value.healthcheck === undefined);
    const fallback = this.fallbackOf(definition);
    return isOpen || (fallback !== undefined && this.#inherits(fallback, seen));
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
    };
  }
}

function findIn(scope: PoolScope, name: string): PoolDefinition | undefined {
  for (let at: PoolScope | undefined = scope; at !== undefined; at = at.outer) {
    const found = at.own.get(name);
    if (found !== undefined) return found;
  }
  return undefined;
}
