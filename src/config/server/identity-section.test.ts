import { expect, it } from "vitest";
import { readServerFile } from "../server-file.ts";

function read(identity: string): unknown {
  const { settings, issues } = readServerFile(`identity: { ${identity} }\n`, "rondo.yaml");
  return settings?.identity ?? issues.map(({ message }) => message);
}

const octets = (text: string): object => ({ octets: Uint8Array.from(Buffer.from(text)) });

it("the identity section takes text, hexadecimal, auto and none", () => {
  expect(read('nsid: "0xfF00", version: auto, id: ns1')).toEqual({
    nsid: { octets: Uint8Array.of(255, 0) },
    version: "auto",
    id: octets("ns1"),
  });
  expect(read('nsid: ns1-fra, version: "0x31", id: none')).toEqual({
    nsid: octets("ns1-fra"),
    version: octets("0x31"),
    id: undefined,
  });
});

it("the identity section refuses what cannot be sent", () => {
  const long = "n".repeat(129);
  expect(read(`nsid: "0x6", version: "${long}${long}", id: ""`)).toEqual([
    'nsid must be "0x" and pairs of hex digits: "0x6"',
    'version must have 1 to 255 octets and has 258; "none" says nothing',
    'id must have 1 to 255 octets and has 0; "none" says nothing',
  ]);
  expect(read(`nsid: ${long}`)).toEqual([
    'nsid must have 1 to 128 octets and has 129; "none" says nothing',
  ]);
  expect(read(`nsid: ${"n".repeat(128)}`)).toMatchObject({ nsid: octets("n".repeat(128)) });
});
