import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { askTcp, askUdp, frame, openTcp } from "../support/dns-client.ts";
import { readMessage } from "../support/message.ts";
import { concat, query, u16 } from "../support/packet.ts";
import { type Rondo, startRondo } from "../support/rondo.ts";

const TXT = Array.from(
  { length: 100 },
  (_, i) => `${String(i).padStart(3, "0")}${"a".repeat(247)}`,
);
const ZONES = {
  "example.com.yaml": `
zone: example.com.
records:
  "": { type: NS, values: [ns1.example.com., ns2.example.com.] }
  ns1: { type: A, value: 192.0.2.53 }
  ns2: { type: A, value: 192.0.2.54 }
  www: { type: A, ttl: 60, values: [192.0.2.1, 192.0.2.2, 192.0.2.3] }
  big: { type: TXT, ttl: 60, values: [${TXT.join(", ")}] }
`,
};

function www(id: number): Uint8Array {
  return query({ name: "www.example.com", id });
}

describe.concurrent("TCP", () => {
  let rondo: Rondo;
  beforeAll(async () => {
    rondo = await startRondo({ zones: ZONES });
  });
  afterAll(() => rondo?.stop());

  test("answers what is too long for UDP, whole", async () => {
    const packet = query({ name: "big.example.com", type: "TXT" });
    const over = readMessage((await askUdp(rondo.endpoint, packet))!);
    expect([over.flags.includes("tc"), over.answer.length]).toEqual([true, 0]);
    const whole = readMessage((await askTcp(rondo.endpoint, packet))!);
    expect([whole.flags.includes("tc"), whole.answer.length]).toEqual([false, 100]);
  });

  test("answers 200 queries written at once, all of them", async () => {
    const conversation = await openTcp(rondo.endpoint);
    const ids = Array.from({ length: 200 }, (_, i) => i);
    conversation.write(concat(...ids.map((id) => frame(www(id)))));
    const answered: number[] = [];
    for (const _ of ids) answered.push(readMessage((await conversation.next())!).id);
    expect(answered.sort((a, b) => a - b)).toEqual(ids);
    conversation.close();
  });

  test("answers a query that comes octet by octet", async () => {
    const conversation = await openTcp(rondo.endpoint);
    for (const octet of frame(www(7))) {
      conversation.write(Uint8Array.of(octet));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(readMessage((await conversation.next())!).id).toBe(7);
    conversation.close();
  });

  test("answers one query after another on the same connection", async () => {
    const conversation = await openTcp(rondo.endpoint);
    for (let id = 0; id < 5; id++) {
      conversation.write(frame(www(id)));
      expect(readMessage((await conversation.next())!).id).toBe(id);
    }
    conversation.close();
  });

  test("answers a client that has closed its half, then closes", async () => {
    const conversation = await openTcp(rondo.endpoint);
    conversation.write(frame(www(9)));
    conversation.end();
    expect(readMessage((await conversation.next())!).id).toBe(9);
    expect(await conversation.next()).toBeUndefined();
    conversation.close();
  });

  test.each([
    ["a length of 0", u16(0)],
    ["a message of 5 octets", frame(Uint8Array.of(1, 2, 3, 4, 5))],
  ])("closes on %s without an answer", async (_, octets) => {
    const conversation = await openTcp(rondo.endpoint);
    conversation.write(octets);
    expect(await conversation.next()).toBeUndefined();
    conversation.close();
  });

  test("says nothing to a response", async () => {
    const conversation = await openTcp(rondo.endpoint);
    conversation.write(frame(query({ name: "www.example.com", id: 1, flags: ["qr"] })));
    conversation.write(frame(www(2)));
    const next = await conversation.next();
    // Closing on it is as good; answering it is not.
    if (next !== undefined) expect(readMessage(next).id).toBe(2);
    conversation.close();
  });

  test("answers ten thousand queries on one connection", async () => {
    const conversation = await openTcp(rondo.endpoint);
    let answered = 0;
    for (let round = 0; round < 100; round++) {
      conversation.write(concat(...Array.from({ length: 100 }, (_, i) => frame(www(i)))));
      for (let i = 0; i < 100; i++) if ((await conversation.next()) !== undefined) answered++;
    }
    expect(answered).toBe(10_000);
    conversation.close();
  });

  test("refuses a frame longer than any query", async () => {
    const conversation = await openTcp(rondo.endpoint);
    conversation.write(concat(u16(60_000), new Uint8Array(100)));
    expect(await conversation.next()).toBeUndefined();
    conversation.close();
  });

  test("ends a connection on which a query comes too slowly, however often an octet comes", async () => {
    const conversation = await openTcp(rondo.endpoint);
    const octets = frame(www(1));
    let at = 0;
    conversation.write(octets.subarray(at, ++at));
    const drip = setInterval(() => conversation.write(octets.subarray(at, ++at)), 2000);
    await new Promise<void>((resolve) => {
      conversation.socket.once("close", () => resolve());
      conversation.socket.once("end", () => conversation.socket.destroy());
    });
    clearInterval(drip);
    expect(at).toBeLessThan(octets.length);
  });
});

describe("TCP under too many connections", () => {
  let rondo: Rondo;
  beforeAll(async () => {
    rondo = await startRondo({ zones: ZONES });
  });
  afterAll(() => rondo?.stop());

  test("ends a connection that never reads, and answers others meanwhile", async () => {
    const greedy = await openTcp(rondo.endpoint);
    greedy.socket.pause();
    const packet = frame(query({ name: "big.example.com", type: "TXT" }));
    const closed = new Promise<void>((resolve) => {
      greedy.socket.once("close", () => resolve());
    });
    // 25 KB an answer: a thousand are far more than all buffers on the way hold.
    greedy.write(concat(...new Array<Uint8Array>(1000).fill(packet)));
    expect(readMessage((await askTcp(rondo.endpoint, www(3)))!).id).toBe(3);
    // Only a reader sees the end of a connection: read on after the server had time to give up.
    const reading = setInterval(() => greedy.write(packet), 500);
    await closed;
    clearInterval(reading);
    expect(readMessage((await askTcp(rondo.endpoint, www(4)))!).id).toBe(4);
  });

  test("answers a new client while hundreds of idle ones hold connections", async () => {
    const idle = await Promise.all(Array.from({ length: 300 }, () => openTcp(rondo.endpoint)));
    expect(readMessage((await askTcp(rondo.endpoint, www(5)))!).id).toBe(5);
    for (const conversation of idle) conversation.close();
  });

  test("survives a thousand connections that come and go", async () => {
    for (let round = 0; round < 10; round++) {
      const conversations = await Promise.all(
        Array.from({ length: 100 }, () => openTcp(rondo.endpoint)),
      );
      for (const [i, conversation] of conversations.entries()) {
        if (i % 2 === 0) conversation.write(frame(www(i)));
        conversation.socket.resetAndDestroy();
      }
    }
    expect(readMessage((await askTcp(rondo.endpoint, www(6)))!).id).toBe(6);
  });
});
