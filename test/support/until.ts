/** What may be said of a condition that is waited for. */
export interface UntilOptions {
  /** For the message, if it never holds; the condition as it is written if left out. */
  readonly what?: string;
  readonly deadlineMs?: number;
  readonly pauseMs?: number;
}

/**
 * Polls until a condition holds. The deadline is far beyond what a slow machine needs: it ends a test that would never end, and
 * asserts no speed.
 *
 * @param options or what of it the message says
 */
export async function until(
  holds: () => Promise<boolean> | boolean,
  options: string | UntilOptions = {},
): Promise<void> {
  const given = typeof options === "string" ? { what: options } : options;
  const { what = holds.toString(), deadlineMs = 30_000, pauseMs = 20 } = given;
  const end = performance.now() + deadlineMs;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`Waited ${deadlineMs} ms in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}
