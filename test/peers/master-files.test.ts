import { expect, test } from "vitest";
import { CORPUS } from "../support/master-corpus.ts";
import { PROGRAMS, readWithOthers, readWithRondo } from "../support/master-readers.ts";
import { describeWithPeers } from "../support/peers.ts";

test("rondo refuses of the master files what it is expected to", () => {
  const refused = CORPUS.filter((file) => readWithRondo(file) === undefined);
  expect(refused.map(({ name }) => name)).toEqual(
    CORPUS.filter(({ isRefused }) => isRefused).map(({ name }) => name),
  );
});

describeWithPeers("what others read in master files", PROGRAMS, () => {
  test("is what rondo reads, or the reason is written down", { timeout: 120_000 }, async () => {
    const readings = await readWithOthers(CORPUS);
    const surprises: string[] = [];
    for (const file of CORPUS) {
      const own = readWithRondo(file)?.join("\n");
      for (const server of ["named", "nsd", "knot", "ldns"] as const) {
        const theirs = readings[server].get(file.name)?.join("\n");
        const reason = file.otherwise?.[server];
        if ((own === theirs) === (reason === undefined)) continue;
        surprises.push(
          `${file.name}, ${server}${reason === undefined ? "" : ` ${reason}?`}\n${theirs}\nand rondo\n${own}\n`,
        );
      }
    }
    expect(surprises.join("\n")).toBe("");
  });
});
