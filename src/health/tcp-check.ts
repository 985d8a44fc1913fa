import type { HealthCheck } from "../zone/model.ts";

/** A check that a port takes connections, as often as one without settings of its own. */
export function createTcpCheck(name: string): HealthCheck {
  return {
    name,
    protocol: "TCP",
    host: undefined,
    path: "/",
    method: "GET",
    headers: {},
    expect: [],
    body: undefined,
    tls: { verify: true, ca: undefined },
    interval: 5000,
    timeout: 2000,
    fast: 1000,
    rise: 2,
    fall: 3,
  };
}
