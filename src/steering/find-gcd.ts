/** The greatest common divisor of two whole numbers; that of a number and 0 is the number. */
export function findGcd(a: number, b: number): number {
  return b === 0 ? a : findGcd(b, a % b);
}
