/**
 * One probe of one target. A probe connects to the literal address of its target and to nothing else: no name is looked
 * up, no redirect followed. It ends within the check's timeout, by the wall, and leaves no socket behind.
 */
import { contains } from "../../address/contains.ts";
import { normalizeAddress } from "../../address/embedded.ts";
import { parseAddress, parsePrefix } from "../../address/parse.ts";
import type { CheckTarget } from "../../zone/model.ts";
import type { Probe } from "../result.ts";
import { probeHttp } from "./http.ts";
import { inconclusive } from "./outcomes.ts";
import { probeTcp } from "./tcp.ts";

/**
 * Probes each target as its check says.
 *
 * @param userAgent value of the `User-Agent` header
 */
export function createProbe(userAgent: string): Probe {
  return (target, done) => {
    const refusal = findRefusal(target.address);
    if (refusal !== undefined) {
      done(inconclusive(refusal));
      return () => {};
    }
    return startProbe(target, userAgent, done);
  };
}

function startProbe(
  target: CheckTarget,
  userAgent: string,
  done: Parameters<Probe>[1],
): () => void {
  switch (target.check.protocol) {
    case "HTTP":
    case "HTTPS":
      return probeHttp(target, userAgent, done);
    case "TCP":
      return probeTcp(target, done);
  }
}

/** Cloud machines tell their secrets on such addresses to whoever asks from the inside. */
const FORBIDDEN = ["169.254.0.0/16", "fe80::/10", "fd00:ec2::254/128"].flatMap(
  (text) => parsePrefix(text) ?? [],
);

function findRefusal(text: string): string | undefined {
  const parsed = parseAddress(text);
  if (parsed === undefined) return "not an IP address";
  const address = normalizeAddress(parsed);
  const isForbidden = FORBIDDEN.some((prefix) => contains(prefix, address));
  return isForbidden ? "link-local and metadata addresses are never probed" : undefined;
}
