import { createHash } from "node:crypto";
import type { Entry, Located } from "../config/decode.ts";
import type { IssueList, Place } from "../config/issue-list.ts";
import { explainUnknown } from "../config/suggest.ts";
import type { CheckReference, CheckReferences, CheckSettings } from "../config/zone-settings.ts";
import type { CheckTarget, HealthCheck } from "./model.ts";

/** A check and the port it goes to; undefined if only the value can say. */
export interface BuiltCheck {
  readonly check: HealthCheck;
  readonly port: number | undefined;
  /** Of all settings but the name. */
  readonly digest: string;
}

/** The health checks of a file: finds them by name and completes them with their defaults. */
export class CheckTable {
  readonly #issues: IssueList;
  readonly #named = new Map<string, Entry<CheckSettings>>();
  readonly #built = new Map<CheckSettings, BuiltCheck>();

  constructor(entries: readonly Entry<CheckSettings>[], issues: IssueList) {
    this.#issues = issues;
    for (const entry of entries) {
      this.#named.set(entry.key, entry);
      if (entry.value !== undefined) this.#build(entry.value, entry.key, entry.keyPlace);
    }
  }

  /** The checks that a list means, unknown ones reported and left out; `where` names one that stands inline. */
  resolve(references: CheckReferences, where: string): BuiltCheck[] {
    const checks: BuiltCheck[] = [];
    for (const reference of references) {
      const check = this.#resolveOne(reference, where);
      if (check !== undefined) checks.push(check);
    }
    return checks;
  }

  #resolveOne(reference: Located<CheckReference>, where: string): BuiltCheck | undefined {
    const { value, place } = reference;
    if (value.kind === "inline") return this.#build(value.settings, where, place);
    const entry = this.#named.get(value.name);
    if (entry === undefined) {
      const names = [...this.#named.keys()];
      this.#issues.error(place, () => explainUnknown("health check", value.name, names));
    }
    return entry?.value && this.#build(entry.value, value.name, entry.keyPlace);
  }

  #build(settings: CheckSettings, name: string, place: Place): BuiltCheck {
    const known = this.#built.get(settings);
    if (known !== undefined) return known;
    const built = buildCheck(settings, name);
    this.#built.set(settings, built);
    checkMeaning(settings, place, this.#issues);
    return built;
  }
}

/** One address and port under a check. */
export function createTarget(built: BuiltCheck, address: string, port: number): CheckTarget {
  const host = address.includes(":") ? `[${address}]` : address;
  const key = `${built.check.protocol.toLowerCase()}://${host}:${port}#${built.digest}`;
  return { key, address, port, check: built.check };
}

/** Milliseconds and counts of the two sets of times. */
const PROFILES = {
  default: { interval: 5000, timeout: 2000, fast: 1000, rise: 2, fall: 3 },
  fast: { interval: 1000, timeout: 500, fast: 500, rise: 2, fall: 3 },
} as const;

const DEFAULT_PORTS = { HTTP: 80, HTTPS: 443, TCP: undefined } as const;

function buildCheck(settings: CheckSettings, name: string): BuiltCheck {
  const profile = PROFILES[settings.profile?.value ?? "default"];
  const interval = settings.interval?.value ?? profile.interval;
  const check: HealthCheck = {
    name,
    protocol: settings.protocol.value,
    host: settings.host?.value,
    path: settings.path?.value ?? "/",
    method: settings.method?.value ?? "GET",
    headers: settings.headers?.value ?? {},
    expect: settings.expect?.value.map(({ value }) => value) ?? [[200, 299]],
    body: settings.body?.value,
    tls: {
      verify: settings.tls?.value.verify?.value ?? true,
      ca: settings.tls?.value.ca?.value,
    },
    interval,
    timeout: settings.timeout?.value ?? profile.timeout,
    // Re-probing is meant to be quicker than probing.
    fast: settings.fast?.value ?? Math.min(profile.fast, interval),
    rise: settings.rise?.value ?? profile.rise,
    fall: settings.fall?.value ?? profile.fall,
  };
  const port = settings.port?.value ?? DEFAULT_PORTS[settings.protocol.value];
  return { check, port, digest: digestCheck(check) };
}

/** Equal for checks that do the same to the same address, whatever they are called. */
function digestCheck(check: HealthCheck): string {
  const { name: _, headers, ...rest } = check;
  const sorted = Object.entries(headers).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const settings = JSON.stringify([Object.entries(rest).toSorted(), sorted]);
  return createHash("sha256").update(settings).digest("hex").slice(0, 12);
}

const HTTP_KEYS = ["path", "method", "headers", "expect", "body", "host"] as const;

function checkMeaning(settings: CheckSettings, place: Place, issues: IssueList): void {
  const protocol = settings.protocol.value;
  if (protocol === "TCP") {
    for (const key of HTTP_KEYS) {
      const written = settings[key];
      if (written) issues.error(written.place, `${key} means nothing to a TCP check`);
    }
  }
  if (protocol !== "HTTPS" && settings.tls !== undefined) {
    issues.error(settings.tls.place, `tls means nothing to a check with protocol ${protocol}`);
  }
  if (settings.method?.value === "HEAD" && settings.body !== undefined) {
    issues.error(settings.body.place, "body can never occur: the answer to HEAD has none");
  }
  if (settings.expect?.value.length === 0) {
    issues.error(settings.expect.place, "expect is an empty list: no answer could pass");
  }
  const isVerified = settings.tls?.value.verify?.value ?? true;
  // After an error, the host may be what was refused.
  if (issues.errors === 0 && protocol === "HTTPS" && isVerified && settings.host === undefined) {
    issues.warn(
      place,
      "an HTTPS check without host: the certificate is verified against the bare address",
    );
  }
  const { fast, interval } = settings;
  if (fast && interval && fast.value > interval.value) {
    issues.warn(
      fast.place,
      "fast is longer than interval: it is the time between re-probes after a failure",
    );
  }
}
