import { expect, test } from "vitest";
import { serveInProcess } from "../support/in-process.ts";
import { readMessage } from "../support/message.ts";
import { query } from "../support/packet.ts";

function addresses(net: string, count: number): string {
  return Array.from({ length: count }, (_, i) => `${net}.${i + 1}`).join(", ");
}

test("glue has the room of a referral before addresses that can be asked for elsewhere", () => {
  const zone = `
zone: example.com.
records:
  "": { type: NS, values: [ns1.example.com.] }
  ns1: { type: A, value: 192.0.2.53 }
  a: { type: A, values: [${addresses("198.51.100", 20)}] }
  sub: { type: NS, values: [a.example.com., ns.sub.example.com.] }
  ns.sub: { type: A, values: [${addresses("203.0.113", 10)}] }
`;
  const rondo = serveInProcess({ "example.com.yaml": zone });
  const referral = readMessage(rondo.ask(query({ name: "www.sub.example.com" }), "udp")!);
  expect(referral.flags).not.toContain("tc");
  expect(referral.additional.map(({ owner }) => owner)).toEqual(
    Array.from({ length: 10 }, () => "ns.sub.example.com."),
  );
  const whole = readMessage(rondo.ask(query({ name: "www.sub.example.com" }), "tcp")!);
  expect(whole.additional).toHaveLength(30);
});
