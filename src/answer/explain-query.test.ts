import { expect, it } from "vitest";
import { serveInProcess } from "../../test/support/in-process.ts";
import { readMessage } from "../../test/support/message.ts";
import { query } from "../../test/support/packet.ts";
import { parsePrefix } from "../address/parse.ts";
import { DEFAULT_ANSWER_SETTINGS } from "./answer-settings.ts";

const FILE = "zone: example.com.\nrecords: { www: { type: A, value: 192.0.2.1 } }\n";
const EXPLAIN = { name: "explain.www.example.com", type: "TXT", class: "CH" } as const;

/** RCODE and TC bit of the answer to a query from 127.0.0.1. */
function ask(
  operators: readonly string[] | undefined,
  fields: Partial<Parameters<typeof query>[0]> = {},
  transport: "udp" | "tcp" = "udp",
): string {
  const server = serveInProcess({ "z.yaml": FILE }, undefined, {
    ...DEFAULT_ANSWER_SETTINGS,
    ...(operators && { operators: operators.map((text) => parsePrefix(text)!) }),
  });
  const answer = readMessage(server.ask(query({ ...EXPLAIN, ...fields }), transport)!);
  expect(answer.answer).toEqual([]);
  return `${answer.rcode} ${answer.flags.includes("tc") ? "tc" : ""}`.trim();
}

it("respond() sends an operator's question for an explanation to TCP", () => {
  expect(ask(["127.0.0.0/8"])).toBe("NOERROR tc");
  expect(ask(["::/0", "127.0.0.1/32"])).toBe("NOERROR tc");
  expect(ask(["127.0.0.0/8"], { name: "EXPLAIN-aaaa.www.example.com" })).toBe("NOERROR tc");
});

it("respond() refuses it to everybody else, and everything else to operators", () => {
  expect(ask(undefined)).toBe("REFUSED");
  expect(ask([])).toBe("REFUSED");
  expect(ask(["127.0.0.2/32", "::/0"])).toBe("REFUSED");
  expect(ask(["127.0.0.0/8"], {}, "tcp")).toBe("REFUSED");
  for (const name of ["www.example.com", "explained.example.com", "expl.example.com", "."]) {
    expect(ask(["127.0.0.0/8"], { name })).toBe("REFUSED");
  }
  expect(ask(["127.0.0.0/8"], { type: "A" })).toBe("REFUSED");
  expect(ask(["127.0.0.0/8"], { class: "HS" })).toBe("REFUSED");
});
