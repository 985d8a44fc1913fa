/**
 * The log of the running server: one JSON object per line on standard error, with ISO time and the level's name.
 */
import { type DestinationStream, type Logger, pino, stdSerializers, stdTimeFunctions } from "pino";
import { createStderrSink, type LineSink } from "./line-sink.ts";
import type { Log, LogLevel } from "./log.ts";

export interface PinoLogOptions {
  readonly level: LogLevel;
  /** Standard error if left out. */
  readonly sink?: LineSink;
}

export function createPinoLog(options: PinoLogOptions): Log {
  const sink = options.sink ?? createStderrSink(droppedLine);
  return createLogger(options.level, sink);
}

/** What is written in place of `count` lines that found no reader. */
export function droppedLine(count: number): string {
  let line = "";
  const capture: DestinationStream = {
    write(text) {
      line = text;
    },
  };
  createLogger("warn", capture).warn({ dropped: count }, `${count} log lines dropped`);
  return line;
}

function createLogger(level: LogLevel, destination: DestinationStream): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: describeError },
    },
    destination,
  );
}

/** What the system refuses, a full disk or a folder of somebody else, is no bug: where in the code that was helps nobody. */
function describeError(err: unknown): unknown {
  if (!(err instanceof Error)) return err;
  const { stack, ...described } = stdSerializers.err(err);
  const isRefusedBySystem = typeof (err as NodeJS.ErrnoException).syscall === "string";
  return isRefusedBySystem ? described : { ...described, stack };
}
