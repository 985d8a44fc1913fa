import type { Decoder, Located } from "../decode.ts";

export type Maybe<T> = Located<T> | undefined;

/** One top-level key of the server file that holds a mapping. */
export interface Section<Written, Settings> {
  readonly decode: Decoder<Written>;
  /** What holds without it. */
  readonly defaults: Settings;
  /**
   * The settings it comes to.
   *
   * @param resolve makes a path that is relative to the server file one that is not
   */
  complete(written: Written, resolve: (path: string) => string): Settings;
}
