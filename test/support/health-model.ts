/**
 * A second, much smaller statement of the rules of a verdict, to hold the real machine against: rise and fall,
 * corroboration within both bounds, flap hold-down. Every target has an address of its own. Left out: targets without a
 * verdict, inconclusive results, whole wrong answers, velocity.
 */
export interface HealthModel {
  result(index: number, passed: boolean, sent: number, now: number): void;
  tick(now: number): void;
  isDown(index: number): boolean;
}

interface ModelTarget {
  isDown: boolean;
  failures: number;
  successes: number;
  onset: number;
  last: number;
  passingSince: number;
  downs: number[];
}

export function createHealthModel(count: number, rise: number, fall: number): HealthModel {
  const targets: ModelTarget[] = Array.from({ length: count }, () => ({
    isDown: false,
    failures: 0,
    successes: 1,
    onset: 0,
    last: 0,
    passingSince: 0,
    downs: [],
  }));
  const answers: { readonly sent: number; readonly index: number }[] = [];
  return {
    result(index, passed, sent, now) {
      const target = targets[index]!;
      if (passed) {
        target.failures = 0;
        if (target.successes === 0) target.passingSince = now;
        target.successes++;
        answers.push({ sent, index });
      } else {
        if (target.failures === 0) target.onset = sent;
        target.last = sent;
        target.successes = 0;
        target.failures++;
      }
    },
    tick(now) {
      for (const [index, target] of targets.entries()) {
        const { onset, last } = target;
        if (!target.isDown && target.failures >= fall) {
          const isSeen = answers.some(
            (answer) => answer.index !== index && answer.sent >= onset && answer.sent <= last,
          );
          if (!isSeen) continue;
          target.isDown = true;
          target.downs.push(now);
        } else if (target.isDown && target.successes >= rise) {
          const k = target.downs.filter((down) => now - down < 1_800_000).length;
          const hold = k <= 2 ? 0 : Math.min(300_000, 30_000 * 2 ** (k - 3));
          if (now - target.passingSince >= hold) target.isDown = false;
        }
      }
    },
    isDown: (index) => targets[index]!.isDown,
  };
}
