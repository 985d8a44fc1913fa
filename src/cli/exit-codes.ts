/** Exit statuses of the commands. Scripts depend on them. */
export const EXIT = {
  ok: 0,
  /** A bad file, a port in use, no answer. */
  failed: 1,
  /** `explain`: there is no such name. */
  noSuchName: 3,
  /** Wrong usage (EX_USAGE of sysexits.h). */
  usage: 64,
} as const;
