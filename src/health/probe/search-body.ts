/** Looks for a text in the first 64 KiB of a body that comes in pieces. */
export interface BodySearch {
  /** `not found` is final: there is nothing more to look at. */
  add(octets: Uint8Array): "found" | "not found" | "unknown";
}

const BODY_LIMIT = 64 * 1024;

export function createBodySearch(text: string): BodySearch {
  const needle = Buffer.from(text);
  /** The end of what came so far: the text may begin in it. */
  let tail = Buffer.alloc(0);
  let length = 0;
  return {
    add(octets) {
      const taken = octets.subarray(0, BODY_LIMIT - length);
      length += taken.length;
      const joined = Buffer.concat([tail, taken]);
      if (joined.includes(needle)) return "found";
      tail = Buffer.from(joined.subarray(Math.max(0, joined.length - needle.length + 1)));
      return length === BODY_LIMIT ? "not found" : "unknown";
    },
  };
}
