/** Mean radius of the earth, in kilometres. */
const EARTH_RADIUS = 6371;
const RADIANS = Math.PI / 180;

/** Degrees. */
export type Coords = readonly [latitude: number, longitude: number];

/** Great-circle distance, in kilometres. */
export function measureDistance(from: Coords, to: Coords): number {
  const [latitude, longitude] = [from[0] * RADIANS, from[1] * RADIANS];
  const [otherLatitude, otherLongitude] = [to[0] * RADIANS, to[1] * RADIANS];
  // Haversines, which lose nothing where the points are near each other.
  const chord =
    Math.sin((otherLatitude - latitude) / 2) ** 2 +
    Math.cos(latitude) * Math.cos(otherLatitude) * Math.sin((otherLongitude - longitude) / 2) ** 2;
  return 2 * EARTH_RADIUS * Math.asin(Math.sqrt(Math.min(1, chord)));
}

/**
 * A distance as a bias makes it appear: above 0 nearer by so many percent, below 0 farther.
 *
 * @param bias −99 to 99
 */
export function applyBias(distance: number, bias: number): number {
  return bias > 0 ? distance * (1 - bias / 100) : distance / (1 + bias / 100);
}

/** The middle of points: that of their mean direction from the centre of the earth; undefined for none. */
export function findMiddle(points: readonly Coords[]): Coords | undefined {
  if (points.length === 0) return undefined;
  let [x, y, z] = [0, 0, 0];
  for (const [latitude, longitude] of points) {
    x += Math.cos(latitude * RADIANS) * Math.cos(longitude * RADIANS);
    y += Math.cos(latitude * RADIANS) * Math.sin(longitude * RADIANS);
    z += Math.sin(latitude * RADIANS);
  }
  return [Math.atan2(z, Math.hypot(x, y)) / RADIANS, Math.atan2(y, x) / RADIANS];
}
