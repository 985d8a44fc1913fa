import { expect, it } from "vitest";
import { readMessage } from "../test/support/message.ts";
import { query } from "../test/support/packet.ts";
import { parseAddress } from "./address/parse.ts";
import { ControlMessages } from "./control-messages.ts";

const source = parseAddress("192.0.2.1")!;

async function ask(messages: ControlMessages, octets: Uint8Array): Promise<Uint8Array[]> {
  const answered: Uint8Array[] = [];
  for await (const message of messages.desk({ octets, source, transport: "tcp" })) {
    answered.push(message);
  }
  return answered;
}

const NOTIFY = query({ id: 5, name: "example.com", type: "SOA", opcode: 4 });

it("desk() gives a message to the first desk that takes it", async () => {
  const messages = new ControlMessages();
  messages.add(() => undefined);
  messages.add(({ octets }) => (octets[1] === 5 ? [Uint8Array.of(1)] : undefined));
  messages.add(async function* () {
    yield Uint8Array.of(2);
    yield Uint8Array.of(3);
  });
  expect(await ask(messages, NOTIFY)).toEqual([Uint8Array.of(1)]);
  const axfr = query({ id: 6, name: "example.com", type: "AXFR" });
  expect(await ask(messages, axfr)).toEqual([Uint8Array.of(2), Uint8Array.of(3)]);
});

it("desk() answers NOTAUTH what nobody takes, and nothing what is no query", async () => {
  const messages = new ControlMessages();
  const [refusal] = await ask(messages, NOTIFY);
  expect(readMessage(refusal!)).toMatchObject({ id: 5, opcode: 4, rcode: "NOTAUTH" });
  expect(await ask(messages, new Uint8Array(11))).toEqual([]);
});
