import type { Prefix } from "../../address/address.ts";
import { boolean, integer, type Located, listOf, object, optional } from "../decode.ts";
import { duration } from "../duration.ts";
import { clientPrefix } from "./client-prefix.ts";
import type { Maybe, Section } from "./section.ts";

/** Response rate limiting; numbers are responses per second, 0 for no limit. */
export interface RrlSettings {
  readonly enabled: boolean;
  readonly responsesPerSecond: number;
  /** Undefined, as those below: the same. */
  readonly referralsPerSecond: number | undefined;
  readonly nodataPerSecond: number | undefined;
  readonly nxdomainsPerSecond: number | undefined;
  readonly errorsPerSecond: number | undefined;
  /** Milliseconds. */
  readonly window: number;
  /** Of the limited responses every so manieth is sent short; 0: none. */
  readonly slip: number;
  /** Bits of an address. */
  readonly ipv4Prefix: number;
  readonly ipv6Prefix: number;
  readonly exempt: readonly Prefix[];
  readonly logOnly: boolean;
}

interface WrittenRrl {
  readonly enabled: Maybe<boolean>;
  readonly responses_per_second: Maybe<number>;
  readonly referrals_per_second: Maybe<number>;
  readonly nodata_per_second: Maybe<number>;
  readonly nxdomains_per_second: Maybe<number>;
  readonly errors_per_second: Maybe<number>;
  readonly window: Maybe<number>;
  readonly slip: Maybe<number>;
  readonly ipv4_prefix: Maybe<number>;
  readonly ipv6_prefix: Maybe<number>;
  readonly exempt: Maybe<readonly Located<Prefix>[]>;
  readonly log_only: Maybe<boolean>;
}

const perSecond = integer(0, 1_000_000);

/** Networks, window and slip are those of BIND, the rate is that of NSD. */
const DEFAULTS: RrlSettings = {
  enabled: false,
  responsesPerSecond: 200,
  referralsPerSecond: undefined,
  nodataPerSecond: undefined,
  nxdomainsPerSecond: undefined,
  errorsPerSecond: undefined,
  window: 15_000,
  slip: 2,
  ipv4Prefix: 24,
  ipv6Prefix: 56,
  exempt: [],
  logOnly: false,
};

export const rrlSection: Section<WrittenRrl, RrlSettings> = {
  decode: object<WrittenRrl>("the rate limits", {
    enabled: optional(boolean),
    responses_per_second: optional(perSecond),
    referrals_per_second: optional(perSecond),
    nodata_per_second: optional(perSecond),
    nxdomains_per_second: optional(perSecond),
    errors_per_second: optional(perSecond),
    window: optional(duration(1000, 3_600_000)),
    slip: optional(integer(0, 10)),
    ipv4_prefix: optional(integer(8, 32)),
    ipv6_prefix: optional(integer(16, 64)),
    exempt: optional(listOf(clientPrefix)),
    log_only: optional(boolean),
  }),
  defaults: DEFAULTS,
  complete: (written) => ({
    enabled: written.enabled?.value ?? true,
    responsesPerSecond: written.responses_per_second?.value ?? DEFAULTS.responsesPerSecond,
    referralsPerSecond: written.referrals_per_second?.value,
    nodataPerSecond: written.nodata_per_second?.value,
    nxdomainsPerSecond: written.nxdomains_per_second?.value,
    errorsPerSecond: written.errors_per_second?.value,
    window: written.window?.value ?? DEFAULTS.window,
    slip: written.slip?.value ?? DEFAULTS.slip,
    ipv4Prefix: written.ipv4_prefix?.value ?? DEFAULTS.ipv4Prefix,
    ipv6Prefix: written.ipv6_prefix?.value ?? DEFAULTS.ipv6Prefix,
    exempt: written.exempt?.value.map(({ value }) => value) ?? [],
    logOnly: written.log_only?.value ?? false,
  }),
};
