/**
 * The brake on mass removal: of a pool of four or more values at most half may leave within the time that detection
 * takes, unless the evidence comes from two subnets. A fault on our side that looks like many failures is then seen
 * before the pool is empty.
 */
import type { CheckTarget } from "../zone/model.ts";
import { detectionLimitMs } from "./timing.ts";

/** One pool and address type. A value is out while any of its targets is down; one without targets never is. */
export interface HealthGroup {
  readonly name: string;
  /** The enabled values; `targets` holds keys. */
  readonly values: readonly { readonly targets: readonly string[] }[];
}

export interface VelocityLimit {
  /** Takes over what the groups of the same name remember. */
  configure(groups: readonly HealthGroup[], targets: ReadonlyMap<string, CheckTarget>): void;
  /** May the target go down at `now`, with evidence from one subnet only? */
  allows(key: string, isDown: (key: string) => boolean, now: number): boolean;
  /** The target goes down now: call before `isDown` knows. */
  record(key: string, isDown: (key: string) => boolean, now: number): void;
}

const SMALLEST_LIMITED = 4;

interface LimitedGroup {
  readonly values: HealthGroup["values"];
  readonly windowMs: number;
  /** When values left, oldest first; at most one entry per value. */
  departures: number[];
}

export function createVelocityLimit(): VelocityLimit {
  let groupsByName = new Map<string, LimitedGroup>();
  let groupsByKey = new Map<string, LimitedGroup[]>();

  return {
    configure(groups, targets) {
      const known = groupsByName;
      groupsByName = new Map();
      groupsByKey = new Map();
      for (const { name, values } of groups) {
        if (values.length < SMALLEST_LIMITED) continue;
        const keys = new Set(values.flatMap((value) => value.targets));
        const checks = [...keys].flatMap((key) => targets.get(key)?.check ?? []);
        const windowMs = Math.max(0, ...checks.map(detectionLimitMs));
        const uniqueName = findFreeName(name, groupsByName);
        const departures = known.get(uniqueName)?.departures ?? [];
        const group: LimitedGroup = { values, windowMs, departures };
        groupsByName.set(uniqueName, group);
        for (const key of keys) {
          groupsByKey.set(key, [...(groupsByKey.get(key) ?? []), group]);
        }
      }
    },

    allows(key, isDown, now) {
      return (groupsByKey.get(key) ?? []).every((group) => {
        const recent = countRecent(group, now);
        // The first to leave may always leave, also where one target stands for more than half of the values.
        if (recent === 0) return true;
        return recent + countLeaving(group, key, isDown) <= Math.floor(group.values.length / 2);
      });
    },

    record(key, isDown, now) {
      for (const group of groupsByKey.get(key) ?? []) {
        const leaving = new Array<number>(countLeaving(group, key, isDown)).fill(now);
        group.departures = [...group.departures, ...leaving].slice(-group.values.length);
      }
    },
  };
}

function countRecent({ departures, windowMs }: LimitedGroup, now: number): number {
  return departures.filter((left) => now - left < windowMs).length;
}

function countLeaving(
  { values }: LimitedGroup,
  key: string,
  isDown: (key: string) => boolean,
): number {
  return values.filter(({ targets }) => targets.includes(key) && !targets.some(isDown)).length;
}

/** Pools of different zones may bear the same name: the second is told apart by its place among them. */
function findFreeName(name: string, taken: ReadonlyMap<string, unknown>): string {
  let free = name;
  for (let n = 2; taken.has(free); n++) free = `${name} ${n}`;
  return free;
}
