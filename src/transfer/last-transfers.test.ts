import { expect, test } from "vitest";
import { type LastTransfer, LastTransfers } from "./last-transfers.ts";

function transfer(zone: string, client: string, serial: number): LastTransfer {
  return { zone, client, kind: "whole", serial, key: undefined, isBroken: false, at: serial };
}

test("LastTransfers.report() has the last of each zone and client", () => {
  const last = new LastTransfers();
  last.note(transfer("a.", "192.0.2.1", 1));
  last.note(transfer("b.", "192.0.2.1", 2));
  last.note(transfer("a.", "192.0.2.2", 3));
  last.note(transfer("a.", "192.0.2.1", 4));
  expect(last.report().map(({ serial }) => serial)).toEqual([2, 3, 4]);
});

test("LastTransfers.note() forgets the oldest where there are too many", () => {
  const last = new LastTransfers(2);
  for (const serial of [1, 2]) last.note(transfer(`z${serial}.`, "192.0.2.1", serial));
  // The older one is news again.
  last.note(transfer("z1.", "192.0.2.1", 3));
  last.note(transfer("z4.", "192.0.2.1", 4));
  expect(last.report().map(({ zone }) => zone)).toEqual(["z1.", "z4."]);
});
