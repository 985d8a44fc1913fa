import { expect, it } from "vitest";
import { wireName } from "../../test/support/zone-transfer.ts";
import { readSoa } from "./soa.ts";

it("readSoa() gives the names and the numbers, wherever in a buffer they stand", () => {
  const mname = wireName("ns1.example.com.");
  const rname = wireName("hostmaster.example.com.");
  const numbers = Buffer.alloc(20);
  [0xffff_fffe, 7200, 1800, 1_209_600, 60].forEach((number, i) => {
    numbers.writeUInt32BE(number, 4 * i);
  });
  const buffer = Buffer.concat([Uint8Array.of(1, 2, 3), mname, rname, numbers]);
  const { mname: first, rname: second, ...rest } = readSoa(buffer.subarray(3));
  expect(Uint8Array.from(first)).toEqual(mname);
  expect(Uint8Array.from(second)).toEqual(rname);
  expect(rest).toEqual({
    serial: 0xffff_fffe,
    refresh: 7200,
    retry: 1800,
    expire: 1_209_600,
    minimum: 60,
  });
});
