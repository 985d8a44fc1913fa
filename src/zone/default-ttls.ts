/** Seconds, for records that name no TTL and zones that name none either. */
export const DEFAULT_TTL = 300;

/** The most for steered ones, whatever the zone's own `ttl`: caches must let go of a dead address soon. */
export const DEFAULT_STEERED_TTL = 30;

/** For NS and SOA, whatever the zone's own `ttl`: being found must not depend on short TTLs. */
export const DEFAULT_INFRASTRUCTURE_TTL = 3600;

/** TTL of an answer that is given because all values are down. */
export const DEFAULT_TTL_MIN = 5;
