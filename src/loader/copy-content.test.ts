import { expect, it } from "vitest";
import { packCopy, unpackCopy } from "./copy-content.ts";

const MAIN = Buffer.from("$INCLUDE sub/a.db\n");
const PARTS = [
  { file: "zones/sub/a.db", octets: Buffer.from("a\n") },
  { file: "zones/b.db", octets: Buffer.from("") },
];

it("packCopy() leaves a file without parts as it is", () => {
  expect(packCopy("zones/a.zone", MAIN, [])).toEqual(MAIN);
  expect(unpackCopy(MAIN)).toEqual({ main: MAIN, parts: new Map() });
});

it("unpackCopy() gives back what packCopy() has put together, by paths beside the file", () => {
  const copy = unpackCopy(Buffer.from(packCopy("zones/a.zone", MAIN, PARTS)));
  expect(copy?.main).toEqual(MAIN);
  expect([...(copy?.parts ?? [])].map(([path, octets]) => [path, String(octets)])).toEqual([
    ["sub/a.db", "a\n"],
    ["b.db", ""],
  ]);
});

it("unpackCopy() refuses a copy that is cut off or longer, wherever that is", () => {
  const whole = Buffer.from(packCopy("zones/a.zone", MAIN, PARTS));
  const headEnd = whole.indexOf("\n") + 1;
  for (let size = headEnd; size < whole.length; size++) {
    expect(unpackCopy(whole.subarray(0, size)), String(size)).toBeUndefined();
  }
  expect(unpackCopy(Buffer.concat([whole, MAIN]))).toBeUndefined();
});

it.each(["null", "{}", '{"main":-1,"parts":[]}', '{"main":0,"parts":[{"path":1,"size":0}]}'])(
  "unpackCopy() refuses the head %s",
  (head) => {
    const magic = Buffer.from(packCopy("a", MAIN, PARTS))
      .toString("latin1")
      .split("\n")[0];
    expect(unpackCopy(Buffer.from(`${magic}\n${head}\n`, "latin1"))).toBeUndefined();
  },
);
