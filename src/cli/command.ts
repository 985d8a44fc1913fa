/**
 * What a command is made of. Every command is one file that says how it is called; what it does is loaded when it runs.
 */
import type { Flag, Flags } from "./parse-flags.ts";
import type { Readers } from "./read-world.ts";
import type { ServeOptions } from "./serve.ts";

export interface Command {
  readonly name: string;
  /** One line, for the list of commands. */
  readonly summary: string;
  /** What follows `rondo NAME`. */
  readonly usage: string;
  readonly flags: readonly Flag[];
  /** Paragraphs of the help text, at most 100 columns wide. */
  readonly description: string;
  readonly examples: readonly Example[];
  /** What each exit status means. */
  readonly exits: string;
  /** What is wanted, or what is wrong with it as one line. */
  parse(flags: Flags, positionals: readonly string[]): Invocation | UsageError;
}

export interface Example {
  readonly call: string;
  readonly meaning: string;
}

export type Invocation =
  | { readonly kind: "serve"; readonly options: ServeOptions }
  /** Resolves with the exit status. `readers` is for tests. */
  | {
      readonly kind: "run";
      readonly run: (output: Output, readers?: Readers) => Promise<number>;
    };

export interface UsageError {
  readonly kind: "usage-error";
  readonly message: string;
}

/** Where a command writes: results to `out`, diagnostics to `err`. Texts end with a newline. */
export interface Output {
  out(text: string): void;
  err(text: string): void;
}

export function usageError(message: string): UsageError {
  return { kind: "usage-error", message };
}
