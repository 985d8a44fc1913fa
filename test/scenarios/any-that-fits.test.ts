import { expect, test } from "vitest";
import { serveInProcess } from "../support/in-process.ts";
import { readMessage } from "../support/message.ts";
import { query } from "../support/packet.ts";

const addresses = Array.from({ length: 40 }, (_, i) => `192.0.2.${i}`);

test("ANY passes over an RRset that does not fit, and says TC where none does", () => {
  const zone = `
zone: example.com.
records:
  "": { type: NS, values: [ns1.example.com.] }
  ns1: { type: A, value: 192.0.2.53 }
  many: { type: A, ttl: 60, values: [${addresses.join(", ")}] }
  both: [{ type: A, ttl: 60, values: [${addresses.join(", ")}] }, { type: TXT, ttl: 60, value: short }]
`;
  const rondo = serveInProcess({ "example.com.yaml": zone });
  const ask = (name: string, transport: "udp" | "tcp"): ReturnType<typeof readMessage> =>
    readMessage(rondo.ask(query({ name, type: "ANY" }), transport)!);
  expect(ask("both.example.com", "tcp").answer).toHaveLength(40);
  const fitting = ask("both.example.com", "udp");
  expect(fitting.flags).not.toContain("tc");
  expect(fitting.answer.map(({ rdata }) => rdata)).toEqual(['"short"']);
  const cut = ask("many.example.com", "udp");
  expect(cut.flags).toContain("tc");
  expect(cut.answer).toEqual([]);
});
