/**
 * What a browser can be made to send by a page that is none of ours: a name that an attacker has pointed here (DNS
 * rebinding), or the origin of the page. Neither gets in.
 */

import { isLoopback } from "../address/is-loopback.ts";
import { parseAddress } from "../address/parse.ts";

export interface OriginRules {
  /** Only this machine can reach the listener: it goes by no other names than those of this machine. */
  readonly isLocal: boolean;
  /** Further names that the operator gives it. */
  readonly hosts: readonly string[];
}

export type OriginVerdict = "ok" | "foreign-host" | "foreign-origin";

/**
 * @param host the Host header
 * @param origin the Origin header, if there is one
 */
export function checkOrigin(
  host: string | undefined,
  origin: string | undefined,
  { isLocal, hosts }: OriginRules,
): OriginVerdict {
  const name = host === undefined ? undefined : hostOf(host);
  if (name === undefined || !isOurs(name, isLocal, hosts)) return "foreign-host";
  if (origin === undefined) return "ok";
  // A page of this very server; there is none yet, but its own scripts would be no strangers.
  const own = host?.toLowerCase();
  return origin === `http://${own}` || origin === `https://${own}` ? "ok" : "foreign-origin";
}

function isOurs(name: string, isLocal: boolean, hosts: readonly string[]): boolean {
  if (name === "localhost" || hosts.some((host) => host.toLowerCase() === name)) return true;
  const address = parseAddress(name);
  // An address cannot be rebound: whoever names it has reached what it stands for.
  return address !== undefined && (!isLocal || isLoopback(address));
}

/** The host without its port and brackets, in lower case; undefined if it is none. */
function hostOf(header: string): string | undefined {
  const match = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::\d{1,5})?$/i.exec(header);
  return (match?.[1] ?? match?.[2])?.toLowerCase();
}
