import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import dnsPacket from "dns-packet";
import { afterEach, describe, expect, it } from "vitest";
import { runHealthcheck } from "./run-healthcheck.ts";

const sockets: Socket[] = [];

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.close();
});

/** A UDP server on 127.0.0.1 that answers the k-th query with what `respond` makes of it. */
async function listen(respond: (query: Buffer, k: number) => Buffer | undefined): Promise<number> {
  const socket = createSocket("udp4");
  sockets.push(socket);
  let queries = 0;
  socket.on("message", (query, { port, address }) => {
    const response = respond(query, queries++);
    if (response !== undefined) socket.send(response, port, address);
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  return socket.address().port;
}

function refuse(query: Buffer): Buffer {
  const response = Buffer.from(query);
  response[2] = 0x80;
  response[3] = 5;
  return response;
}

async function check(port: number): Promise<{ exit: number; out: string; err: string }> {
  const written = { out: "", err: "" };
  const exit = await runHealthcheck(
    { config: undefined, listen: { address: "127.0.0.1", port } },
    { out: (text) => (written.out += text), err: (text) => (written.err += text) },
  );
  return { exit, ...written };
}

describe("runHealthcheck()", () => {
  it("is content with any DNS answer", async () => {
    const queries: dnsPacket.Packet[] = [];
    const port = await listen((query) => {
      queries.push(dnsPacket.decode(query));
      return refuse(query);
    });
    const { exit, out } = await check(port);
    expect(exit).toBe(0);
    expect(out).toContain(`127.0.0.1:${port} answers DNS: REFUSED`);
    expect(queries).toMatchObject([{ type: "query", questions: [{ name: ".", type: "SOA" }] }]);
  });

  it("asks again when a datagram is lost, and is not taken in by what is no answer", async () => {
    const port = await listen((query, k) => {
      if (k === 0) return query;
      if (k === 1) return Buffer.of(0);
      return refuse(query);
    });
    expect((await check(port)).exit).toBe(0);
  });

  it("fails when nothing listens", async () => {
    const port = await listen(() => undefined);
    await new Promise<void>((resolve) => sockets.pop()!.close(resolve));
    const { exit, err } = await check(port);
    expect(exit).toBe(1);
    expect(err).toContain(`127.0.0.1:${port} does not answer DNS: `);
    expect(err).toContain("ECONNREFUSED");
  });

  it("fails when the server stays silent", async () => {
    const { exit, err } = await check(await listen(() => undefined));
    expect(exit).toBe(1);
    expect(err).toContain("no answer within");
  });
});
