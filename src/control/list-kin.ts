import type { Plan } from "../image/compile-segment.ts";
import type { ClientClass } from "../steering/classes.ts";
import type { SteeredRRset } from "../zone/model.ts";

/** What a decision is made of, as far as the zone's settings go: plans that have the same kin are decided alike. */
export interface Kin {
  /** One of the plans. */
  readonly plan: Plan;
  readonly classes: readonly ClassKin[];
  /** Whether more than one plan has it. */
  isShared: boolean;
}

/** What decides of one class: the same object for classes of different kin that are decided alike. */
export interface ClassKin {
  /** See `keyOfClass()`. */
  readonly key: string;
  /** Whether more than one kin has it. */
  isShared: boolean;
}

/** The TTLs of a record, in seconds: what answers that are decided alike may still differ in. */
export type Timing = Pick<SteeredRRset, "ttl" | "ttlMin">;

/** The same objects for plans that are alike. */
export interface PlanKin {
  readonly kin: Kin;
  readonly timing: Timing;
}

/** By plan of a zone, whom it is decided with. */
export function listKin(plans: readonly Plan[]): PlanKin[] {
  const kins = new Map<string, Kin>();
  const timings = new Map<string, Timing>();
  const classKins = new Map<string, ClassKin>();
  return plans.map((plan): PlanKin => {
    const { ttl, ttlMin, hints } = plan.rrset;
    const timingKey = `${ttl} ${ttlMin}`;
    const timing = timings.get(timingKey) ?? { ttl, ttlMin };
    timings.set(timingKey, timing);
    const classKeys = plan.classes.classes.map(keyOfClass);
    if (hints !== undefined) {
      // What they follow is decided in the same round, perhaps between two of them.
      const classes = classKeys.map((key): ClassKin => ({ key, isShared: false }));
      return { kin: { plan, classes, isShared: false }, timing };
    }
    const settings = writeSettings(plan);
    const key = JSON.stringify([settings, plan.countersPerSet, classKeys]);
    let kin = kins.get(key);
    if (kin !== undefined) {
      kin.isShared = true;
      return { kin, timing };
    }
    const classes = classKeys.map((classKey) => {
      const inFull = `${settings} ${classKey}`;
      const known = classKins.get(inFull);
      if (known !== undefined) known.isShared = true;
      const classKin = known ?? { key: classKey, isShared: false };
      classKins.set(inFull, classKin);
      return classKin;
    });
    kin = { plan, classes, isShared: false };
    kins.set(key, kin);
    return { kin, timing };
  });
}

/** Equal for classes that are answered alike, also over a reload of the zone or of the geo data. */
export function keyOfClass(clientClass: ClientClass): string {
  const known = keys.get(clientClass);
  if (known !== undefined) return known;
  const { pools, last, near, parts = [] } = clientClass;
  const key = [`${pools}|${last}|${near}`, ...parts.map(keyOfClass)].join(" ");
  keys.set(clientClass, key);
  return key;
}

/** There may be hundreds of classes, which stay the same from decision to decision. */
const keys = new WeakMap<ClientClass, string>();

/** Where each class stands, by its key. */
export function placesOf(classes: Kin["classes"]): ReadonlyMap<string, number> {
  const known = places.get(classes);
  if (known !== undefined) return known;
  const made = new Map(classes.map(({ key }, i) => [key, i]));
  places.set(classes, made);
  return made;
}

const places = new WeakMap<Kin["classes"], ReadonlyMap<string, number>>();

/** All settings but those that only tell clients apart, which the classes stand for, and those that make no difference. */
function writeSettings({ rrset }: Plan): string {
  const {
    owner: _,
    label: __,
    ttl: ___,
    ttlMin: ____,
    policy: _____,
    rules: ______,
    ...read
  } = rrset;
  return JSON.stringify(read);
}
