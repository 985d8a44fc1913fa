import type { NetworkPlace } from "./network-place.ts";

/** Proof that our network worked: `place` answered a probe that was sent at `sent` (monotonic milliseconds). */
export interface Answer {
  readonly sent: number;
  readonly place: NetworkPlace;
}

/** The latest answers of all targets, oldest first. Bounded. */
export interface AnswerLog {
  record(answer: Answer): void;
  answers(): readonly Answer[];
}

const CAPACITY = 256;

export function createAnswerLog(): AnswerLog {
  const ring: Answer[] = [];
  let next = 0;
  return {
    record(answer) {
      ring[next] = answer;
      next = (next + 1) % CAPACITY;
    },
    answers: () => [...ring.slice(next), ...ring.slice(0, next)],
  };
}
