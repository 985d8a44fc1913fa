/**
 * Whether a text fits a pattern with `*` (any characters) and `?` (one), as in file names but without a meaning for
 * slashes; upper and lower case are the same. Linear in practice and never worse than the product of the lengths.
 */
export function matchGlob(pattern: string, text: string): boolean {
  const wanted = pattern.toLowerCase();
  const given = text.toLowerCase();
  let p = 0;
  let t = 0;
  // Where to go on if what follows the last star turns out not to fit.
  let afterStar = -1;
  let retry = 0;
  while (t < given.length) {
    if (wanted[p] === "*") {
      afterStar = ++p;
      retry = t;
    } else if (p < wanted.length && (wanted[p] === "?" || wanted[p] === given[t])) {
      p++;
      t++;
    } else if (afterStar >= 0) {
      p = afterStar;
      t = ++retry;
    } else {
      return false;
    }
  }
  while (wanted[p] === "*") p++;
  return p === wanted.length;
}
