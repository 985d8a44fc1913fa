import { expect, test } from "vitest";
import { serveInProcess } from "../support/in-process.ts";
import { readMessage } from "../support/message.ts";
import { query } from "../support/packet.ts";

test("an SVCB record that is its own target is not sent twice, its addresses are sent along", () => {
  const zone = `
zone: example.com.
records:
  "": { type: NS, values: [ns1.example.com.] }
  ns1: { type: A, value: 192.0.2.53 }
  own: [{ type: A, value: 192.0.2.1 }, { type: SVCB, values: [{ svcpriority: 1, targetname: own.example.com. }] }]
`;
  const rondo = serveInProcess({ "example.com.yaml": zone });
  const { answer, additional } = readMessage(
    rondo.ask(query({ name: "own.example.com", type: 64 }), "udp")!,
  );
  expect(answer).toHaveLength(1);
  expect(additional.map(({ type }) => type)).toEqual([1]);
});
