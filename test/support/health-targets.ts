import type { CheckTarget, HealthCheck } from "../../src/zone/model.ts";

/** The two profiles of times that zone files offer by name. */
export const PROFILES = {
  default: { interval: 5000, timeout: 2000, fast: 1000, rise: 2, fall: 3 },
  fast: { interval: 1000, timeout: 500, fast: 500, rise: 2, fall: 3 },
} as const;

export function createCheck(settings: Partial<HealthCheck> = {}): HealthCheck {
  return {
    name: "web",
    protocol: "HTTP",
    host: undefined,
    path: "/",
    method: "GET",
    headers: {},
    expect: [[200, 299]],
    body: undefined,
    tls: { verify: true, ca: undefined },
    ...PROFILES.default,
    ...settings,
  };
}

/** Key and address are the same. */
export function createTarget(
  address: string,
  settings: Partial<HealthCheck> = {},
  port = 80,
): CheckTarget {
  return { key: address, address, port, check: createCheck(settings) };
}

/** `count` targets, each in a /24 of its own unless `subnets` is fewer. */
export function createTargets(
  count: number,
  settings: Partial<HealthCheck> = {},
  subnets: number = count,
): CheckTarget[] {
  return Array.from({ length: count }, (_, i) =>
    createTarget(
      `10.${(i % subnets) >> 8}.${(i % subnets) & 255}.${1 + Math.floor(i / subnets)}`,
      settings,
    ),
  );
}
