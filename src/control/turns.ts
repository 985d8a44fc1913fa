/** Who led a number of answers, told from the order in which they are led. */

/**
 * Calls `lead` for every record with the answers it led.
 *
 * @param records how many there are; each leads in its turn where `cycle` is undefined
 * @param cycle numbers of the records that lead, over one cycle
 * @param from the counter before the first of these answers
 * @param turns how many answers, below 2^32; the counter wraps around at 2^32
 */
export function distributeTurns(
  records: number,
  cycle: Uint16Array | undefined,
  from: number,
  turns: number,
  lead: (record: number, answers: number) => void,
): void {
  const left = WRAP - from;
  if (turns > left) {
    distributeTurns(records, cycle, from, left, lead);
    distributeTurns(records, cycle, 0, turns - left, lead);
    return;
  }
  const length = cycle?.length ?? records;
  const whole = Math.floor(turns / length);
  if (whole > 0) {
    for (const [record, leads] of countLeads(records, cycle).entries()) lead(record, leads * whole);
  }
  for (let turn = from % length, rest = turns % length; rest > 0; rest--) {
    lead(cycle === undefined ? turn : cycle[turn]!, 1);
    turn = turn + 1 === length ? 0 : turn + 1;
  }
}

/** How often each record leads in one cycle. */
export function countLeads(records: number, cycle: Uint16Array | undefined): number[] {
  const counts = new Array<number>(records).fill(cycle === undefined ? 1 : 0);
  for (const record of cycle ?? []) counts[record] = (counts[record] ?? 0) + 1;
  return counts;
}

const WRAP = 2 ** 32;
