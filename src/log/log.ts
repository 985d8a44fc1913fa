/**
 * What every part of the control plane says to the operator, and nothing about where it goes. Knows nobody.
 */

/** Facts of a log line by name, e.g. `{ zone: "example.com.", file }`. An `Error` under `err` is written with its stack. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Never throws and never blocks on a slow reader. Not for use per query. */
export interface Log {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
}

export type LogLevel = "debug" | "info" | "warn" | "error";

/** A log that says nothing. */
export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };
