/**
 * Lines to a file descriptor that may be a terminal, a file or a pipe whose reader stalls or goes away. Memory is
 * bounded: what does not fit is dropped and counted, and the count is written when lines flow again.
 */
import { writeSync } from "node:fs";

/** What a write to a descriptor does: returns the octets taken, throws EAGAIN and the like. */
export type WriteOctets = (octets: Uint8Array) => number;

export interface LineSink {
  /** Takes one line, its newline included. Never throws; never waits for a pipe in non-blocking mode. */
  write(line: string): void;
  /** Tries once more to write what waits, for use at exit. */
  flush(): void;
}

export interface LineSinkOptions {
  readonly writeOctets: WriteOctets;
  /** The line that says so when `count` lines were dropped, newline included. */
  readonly droppedLine: (count: number) => string;
  /** Most octets kept for a stalled reader. */
  readonly limitBytes?: number;
}

/** How long a full or broken pipe is left alone before the next try, in milliseconds. */
const RETRY_MS = 100;

export function createLineSink(options: LineSinkOptions): LineSink {
  const limitBytes = options.limitBytes ?? 256 * 1024;
  let waiting: Buffer[] = [];
  let waitingBytes = 0;
  let dropped = 0;
  /** The last octet written was not a newline: a line was cut by an error in its middle. */
  let isCut = false;
  let timer: NodeJS.Timeout | undefined;

  function enqueue(line: string): void {
    const octets = Buffer.from(isCut && waiting.length === 0 ? `\n${line}` : line);
    if (waitingBytes + octets.length > limitBytes) {
      dropped += 1;
      return;
    }
    waiting.push(octets);
    waitingBytes += octets.length;
  }

  /** Writes what waits; false if some of it found no taker. */
  function drain(): boolean {
    while (waiting.length > 0) {
      const octets = waiting[0] as Buffer;
      try {
        const taken = options.writeOctets(octets);
        waitingBytes -= taken;
        if (taken === octets.length) {
          waiting.shift();
          isCut = false;
        } else {
          waiting[0] = octets.subarray(taken);
          isCut = true;
        }
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EAGAIN") {
          // EPIPE, ENOSPC, EIO: nobody takes these lines. Later ones are tried again, for the reader of a FIFO may come
          // back and a disk may get room.
          dropped += waiting.length;
          waiting = [];
          waitingBytes = 0;
        }
        timer ??= setTimeout(retry, RETRY_MS).unref();
        return false;
      }
    }
    return true;
  }

  function flush(): void {
    if (!drain() || dropped === 0) return;
    const count = dropped;
    dropped = 0;
    enqueue(options.droppedLine(count));
    drain();
    // The report itself found no reader: it stands for the lines it counts, not for one more.
    if (dropped > 0) dropped = count;
  }

  function retry(): void {
    timer = undefined;
    flush();
  }

  return {
    write(line) {
      enqueue(line);
      if (timer === undefined) flush();
    },
    flush,
  };
}

/**
 * The sink of standard error.
 *
 * Reading `process.stderr` is what puts a pipe into non-blocking mode; the writes go to the descriptor itself, because the stream
 * would buffer without bound for a stalled reader and end the process when the reader is gone.
 */
export function createStderrSink(droppedLine: (count: number) => string): LineSink {
  const { fd } = process.stderr;
  process.stderr.on("error", () => {});
  const sink = createLineSink({ writeOctets: (octets) => writeSync(fd, octets), droppedLine });
  process.on("exit", () => sink.flush());
  return sink;
}
