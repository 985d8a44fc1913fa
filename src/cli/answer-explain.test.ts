import { expect, it } from "vitest";
import { readMessage } from "../../test/support/message.ts";
import { query } from "../../test/support/packet.ts";
import { parseAddress, parsePrefix } from "../address/parse.ts";
import { createExplainDesk } from "./answer-explain.ts";
import type { WrittenQuestion } from "./explain-question.ts";

const OPERATOR = parseAddress("198.51.100.7")!;

function ask(
  fields: Parameters<typeof query>[0],
  text = "line",
  source = OPERATOR,
): { asked: WrittenQuestion[]; answer: Uint8Array | undefined } {
  const asked: WrittenQuestion[] = [];
  const desk = createExplainDesk([parsePrefix("198.51.100.0/24")!], (question) => {
    asked.push(question);
    return text;
  });
  const packet = query({ type: "TXT", class: "CH", ...fields });
  return { asked, answer: desk({ octets: packet, source })?.[0] };
}

it("answers one TXT record a line, long lines in pieces, which nobody may cache", () => {
  const long = "x".repeat(300);
  const { answer } = ask({ name: "explain.www.example.com", id: 77 }, `one\n\n  "two"\n${long}\n`);
  const message = readMessage(answer!);
  expect(message).toMatchObject({ id: 77, rcode: "NOERROR", edns: undefined });
  expect(message.flags).toEqual(["qr", "aa"]);
  expect(message.answer.map(({ rdata }) => rdata)).toEqual([
    '"one"',
    '""',
    '"  \\"two\\""',
    `"${"x".repeat(255)}" "${"x".repeat(45)}"`,
  ]);
  expect(
    new Set(message.answer.map(({ owner, class: qclass, ttl }) => `${owner} ${qclass} ${ttl}`)),
  ).toEqual(new Set(["explain.www.example.com. 3 0"]));
});

it("asks for the name behind the label, the type in it, and the client of the query", () => {
  const resolver = "198.51.100.7";
  expect(ask({ name: "explain.www.example.com" }).asked).toEqual([
    { name: "www.example.com.", type: undefined, client: resolver, resolver, assume: [] },
  ]);
  const subnet = ask({ name: "EXPLAIN-aaaa.www.example.com", edns: { ecs: "2001:db8:1::/48" } });
  expect(subnet.asked).toMatchObject([{ type: "aaaa", client: "2001:db8:1::/48", resolver }]);
  expect(readMessage(subnet.answer!).edns).toMatchObject({ size: 1232, options: [] });
  expect(ask({ name: "explain.a.example", edns: { ecs: "0.0.0.0/0" } }).asked).toMatchObject([
    { client: resolver },
  ]);
});

it("leaves everything else to others", () => {
  const name = "explain.www.example.com";
  expect(ask({ name }, "line", parseAddress("203.0.113.7")!).answer).toBeUndefined();
  expect(ask({ name, class: "IN" }).answer).toBeUndefined();
  expect(ask({ name, type: "A" }).answer).toBeUndefined();
  expect(ask({ name: "explained.www.example.com" }).answer).toBeUndefined();
  expect(ask({ name: "www.example.com" }).answer).toBeUndefined();
  expect(ask({ name, opcode: 5 }).answer).toBeUndefined();
});

it("gives as many lines as fit a message", () => {
  const { answer } = ask(
    { name: "explain.a.example", edns: {} },
    `${"y".repeat(200)}\n`.repeat(1000),
  );
  const message = readMessage(answer!);
  expect(message.answer.length).toBeGreaterThan(290);
  expect(answer!.length).toBeLessThanOrEqual(65_535);
});
