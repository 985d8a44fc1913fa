import { expect, test } from "vitest";
import { serveInProcess } from "../support/in-process.ts";
import { readMessage } from "../support/message.ts";
import { query } from "../support/packet.ts";

test("a referral that is longer than pointers reach stays well-formed", () => {
  const servers = Array.from({ length: 95 }, (_, i) =>
    [`n${i}`, ..."abc"].map((label) => label.padEnd(55, "x")).join("."),
  );
  const zone = `
zone: example.com.
records:
  "": { type: NS, values: [ns1.example.com.] }
  ns1: { type: A, value: 192.0.2.53 }
  sub: { type: NS, values: [${servers.map((server) => `${server}.sub.example.com.`).join(", ")}] }
${servers.map((server) => `  ${server}.sub: { type: A, value: 192.0.2.1 }`).join("\n")}
`;
  const rondo = serveInProcess({ "example.com.yaml": zone });
  const octets = rondo.ask(query({ name: "www.sub.example.com", type: "A" }), "tcp");
  expect(octets!.length).toBeGreaterThan(0x4000);
  const { authority, additional } = readMessage(octets!);
  expect(authority).toHaveLength(95);
  // Those whose name stands within reach; each belongs to a server of the referral.
  expect(additional.length).toBeGreaterThan(50);
  const named = authority.map(({ rdata }) => rdata);
  for (const { owner } of additional) expect(named).toContain(owner);
});
