import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DEFAULT_ANSWER_SETTINGS } from "../../src/answer/answer-settings.ts";
import { createCookieSecrets } from "../../src/answer/cookie-secrets.ts";
import { askUdpAll } from "../support/dns-client.ts";
import { type InProcess, serveInProcess } from "../support/in-process.ts";
import { readMessage } from "../support/message.ts";
import { type Rondo, startRondo } from "../support/rondo.ts";
import { APEX, MALFORMED_CASES } from "./malformed-cases.ts";
import { MALFORMED_EXPECTATIONS } from "./malformed-expectations.ts";

const ZONES = {
  "example.com.yaml": `
zone: ${APEX}.
records:
  "": { type: NS, values: [ns1.${APEX}., ns2.${APEX}.] }
  ns1: { type: A, value: 192.0.2.53 }
  ns2: { type: A, value: 192.0.2.54 }
  www: { type: A, ttl: 60, values: [192.0.2.1, 192.0.2.2, 192.0.2.3] }
`,
};

const ids = MALFORMED_CASES.map(({ id }) => id);

test("every case has its expectation, and every expectation its case", () => {
  expect([...MALFORMED_EXPECTATIONS.keys()].sort()).toEqual([...ids].sort());
});

describe("in process", () => {
  let server: InProcess;
  beforeAll(() => {
    server = serveInProcess(ZONES, undefined, {
      ...DEFAULT_ANSWER_SETTINGS,
      cookies: {
        secrets: createCookieSecrets([new Uint8Array(16)]),
        isRequired: false,
        limitWithout: 1232,
      },
    });
  });
  test.each(MALFORMED_CASES)("$id", ({ id, packet }) => {
    const reply = server.ask(packet, "udp");
    expect(outcomeOf(reply)).toBe(MALFORMED_EXPECTATIONS.get(id)?.rcode);
    if (reply !== undefined) checkManners(packet, reply);
  });
});

describe("over UDP", () => {
  let rondo: Rondo;
  beforeAll(async () => {
    rondo = await startRondo({ zones: ZONES });
  });
  afterAll(() => rondo?.stop());
  test("every case gets the answer it gets in process or of the control plane, and the server lives on", async () => {
    const packets = MALFORMED_CASES.map(({ packet }) => packet);
    const replies = await askUdpAll(rondo.endpoint, packets);
    expect(Object.fromEntries(replies.map((reply, i) => [ids[i], outcomeOf(reply)]))).toEqual(
      Object.fromEntries(ids.map((id) => [id, byServer(id)])),
    );
  });
});

function byServer(id: string): string | undefined {
  const expectation = MALFORMED_EXPECTATIONS.get(id);
  return expectation?.byServer ?? expectation?.rcode;
}

function outcomeOf(reply: Uint8Array | undefined): string {
  return reply === undefined ? "silence" : readMessage(reply).rcode;
}

/** What holds for every response: its ID and opcode are the query's, it is a response, and an error is not longer than what caused it. */
function checkManners(packet: Uint8Array, reply: Uint8Array): void {
  const message = readMessage(reply);
  expect([...reply.subarray(0, 2)]).toEqual([...packet.subarray(0, 2)]);
  expect(message.flags).toContain("qr");
  expect(message.opcode).toBe((packet[2]! >> 3) & 0xf);
  if (["FORMERR", "NOTIMP", "REFUSED"].includes(message.rcode)) {
    expect(reply.length).toBeLessThanOrEqual(packet.length);
    expect([message.answer, message.authority, message.additional]).toEqual([[], [], []]);
    expect(message.flags).not.toContain("aa");
  }
}
