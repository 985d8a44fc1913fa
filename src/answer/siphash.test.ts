import { expect, it } from "vitest";
import { sipHash24 } from "./siphash.ts";

/** The first 16 octets, 0 to 15: the key of the reference's test vectors. */
const KEY = Uint32Array.of(0x03020100, 0x07060504, 0x0b0a0908, 0x0f0e0d0c);

function hash(length: number): string {
  const out = new Uint32Array(2);
  sipHash24(
    KEY,
    0,
    Uint8Array.from({ length: 64 }, (_, i) => i),
    length,
    out,
  );
  const octets = new DataView(new ArrayBuffer(8));
  octets.setUint32(0, out[0]!, true);
  octets.setUint32(4, out[1]!, true);
  return Buffer.from(octets.buffer).toString("hex");
}

it("sipHash24() gives the hashes of the reference implementation", () => {
  expect(Array.from({ length: 17 }, (_, length) => hash(length))).toEqual([
    "310e0edd47db6f72",
    "fd67dc93c539f874",
    "5a4fa9d909806c0d",
    "2d7efbd796666785",
    "b7877127e09427cf",
    "8da699cd64557618",
    "cee3fe586e46c9cb",
    "37d1018bf50002ab",
    "6224939a79f5f593",
    "b0e4a90bdf82009e",
    "f3b9dd94c5bb5d7a",
    "a7ad6b22462fb3f4",
    "fbe50e86bc8f1e75",
    "903d84c02756ea14",
    "eef27a8e90ca23f7",
    "e545be4961ca29a1",
    "db9bc2577fcc2a3f",
  ]);
  expect(hash(63)).toBe("724506eb4c328a95");
});

it("sipHash24() takes the key from where it is told", () => {
  const out = new Uint32Array(2);
  sipHash24(Uint32Array.of(1, 2, ...KEY), 2, new Uint8Array(8), 0, out);
  expect([...out]).toEqual([0xdd0e0e31, 0x726fdb47]);
});
