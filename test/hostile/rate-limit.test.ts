import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Message, readMessage } from "../support/message.ts";
import { type QueryFields, query } from "../support/packet.ts";
import { type Rondo, startRondo } from "../support/rondo.ts";
import { until } from "../support/until.ts";

const RATE = 20;
const QUERIES = 4000;
/** Sent at once, so that neither socket buffer overflows. */
const BURST = 40;
const ZONES = {
  "example.com.yaml": `
zone: example.com.
records:
  www: { type: A, values: [192.0.2.1, 192.0.2.2, 192.0.2.3] }
`,
};

interface Client {
  readonly socket: Socket;
  readonly replies: Buffer[];
}

let rondo: Rondo;
const clients: Client[] = [];
beforeAll(async () => {
  const config = `geo: { databases: [] }\nrrl: { responses_per_second: ${RATE} }\n`;
  rondo = await startRondo({ zones: ZONES, config, args: ["--workers", "2"] });
});
afterAll(async () => {
  for (const { socket } of clients) socket.close();
  await rondo?.stop();
});

async function openClient(address: string): Promise<Client> {
  const socket = createSocket("udp4");
  const replies: Buffer[] = [];
  socket.on("message", (reply) => replies.push(reply));
  socket.bind(0, address);
  await once(socket, "listening");
  const client = { socket, replies };
  clients.push(client);
  return client;
}

interface Flood {
  readonly sent: number;
  readonly octetsIn: number;
  readonly octetsOut: number;
  readonly seconds: number;
  readonly messages: readonly Message[];
}

/** Asks from eight addresses of 127.`net`.0.0/24 as fast as it goes, with a pause after each burst. */
async function flood(net: number, fields: (i: number) => QueryFields): Promise<Flood> {
  const { port, address } = rondo.endpoint;
  const sources = await Promise.all(
    Array.from({ length: 8 }, (_, i) => openClient(`127.${net}.0.${i + 1}`)),
  );
  const start = performance.now();
  let octetsIn = 0;
  for (let i = 0; i < QUERIES; i++) {
    const packet = query(fields(i));
    octetsIn += packet.length;
    sources[i % sources.length]!.socket.send(packet, port, address);
    if (i % BURST === BURST - 1) await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const seconds = (performance.now() - start) / 1000;
  await quiet(sources);
  const replies = sources.flatMap((source) => source.replies);
  const octetsOut = replies.reduce((sum, reply) => sum + reply.length, 0);
  return { sent: QUERIES, octetsIn, octetsOut, seconds, messages: replies.map(readMessage) };
}

/** Waits until no more replies come. */
async function quiet(sources: readonly Client[]): Promise<void> {
  const count = (): number => sources.reduce((sum, { replies }) => sum + replies.length, 0);
  let before = -1;
  await until(async () => {
    const now = count();
    const isQuiet = now === before;
    before = now;
    await new Promise((resolve) => setTimeout(resolve, 100));
    return isQuiet;
  });
}

/** Asks from another network, ten times a second, until told to stop. @returns how many were asked and answered */
function watch(net: number): () => Promise<[asked: number, answered: number]> {
  let isStopped = false;
  const result = (async (): Promise<[number, number]> => {
    const bystander = await openClient(`127.${net}.0.1`);
    let asked = 0;
    while (!isStopped) {
      asked++;
      const packet = query({ name: "www.example.com", id: asked });
      bystander.socket.send(packet, rondo.endpoint.port, rondo.endpoint.address);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await quiet([bystander]);
    const answers = bystander.replies.map(readMessage).filter(({ answer }) => answer.length === 3);
    return [asked, answers.length];
  })();
  return () => {
    isStopped = true;
    return result;
  };
}

describe("a flood from one network", () => {
  test.each([
    ["for one name", 10, (): QueryFields => ({ name: "www.example.com" })],
    [
      "for names that do not exist",
      30,
      (i: number): QueryFields => ({ name: `x${i}.example.com` }),
    ],
    [
      "for somebody else's names, with EDNS",
      50,
      (): QueryFields => ({ name: "www.example.org", edns: {} }),
    ],
  ] as const)("%s is answered by half at most, and a bystander always", async (_, net, fields) => {
    const stopWatching = watch(net + 1);
    const { sent, octetsIn, octetsOut, seconds, messages } = await flood(net, fields);
    const [asked, answered] = await stopWatching();
    // Within the rate, and then every second one.
    const free = RATE * (1 + seconds);
    expect(messages.length).toBeLessThanOrEqual(sent / 2 + free);
    expect(messages.length / sent).toBeLessThanOrEqual(0.55);
    expect(octetsOut / octetsIn).toBeLessThanOrEqual(0.6);
    const slipped = messages.filter(({ flags }) => flags.includes("tc"));
    for (const { answer, authority, additional } of slipped) {
      expect([answer, authority, additional]).toEqual([[], [], []]);
    }
    expect(answered).toBe(asked);
    expect(asked).toBeGreaterThan(3);
  });

  test("is counted", async () => {
    const response = await fetch(`http://${rondo.admin}/metrics`);
    const text = await response.text();
    const dropped = [...text.matchAll(/^rondo_rrl_limited_total\{(.*?)\} (\d+)$/gm)].map(
      ([, labels, value]) => [labels, Number(value) > 1000] as const,
    );
    for (const kind of ["answer", "nxdomain", "error"]) {
      for (const action of ["slip", "drop"]) {
        expect(dropped).toContainEqual([`kind="${kind}",action="${action}"`, true]);
      }
    }
  });
});
