import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { afterEach, expect, test } from "vitest";
import type { DatagramPort } from "./notifier.ts";
import { createPortOpener } from "./open-datagram-port.ts";

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function listen(address: string): Promise<{ socket: Socket; port: number }> {
  const socket = createSocket(address.includes(":") ? "udp6" : "udp4");
  closing.push(() => socket.close());
  socket.bind(0, address);
  await once(socket, "listening");
  return { socket, port: socket.address().port };
}

function open(
  ownAddresses: readonly string[],
  onMessage: (octets: Uint8Array, address: string, port: number) => void = () => {},
): DatagramPort {
  const port = createPortOpener(ownAddresses)(onMessage, () => {});
  closing.push(() => port.close());
  return port;
}

test.for([
  [["0.0.0.0", "::"], "127.0.0.1", "127.0.0.1"],
  [["192.0.2.1", "127.0.0.2"], "127.0.0.1", "127.0.0.2"],
  [["::1", "127.0.0.3", "127.0.0.4"], "127.0.0.1", "127.0.0.3"],
  [["127.0.0.2"], "::1", "::1"],
] as const)("createPortOpener() sends from one of %s to %s by %s", async ([own, to, from]) => {
  const { socket, port } = await listen(to);
  const arrived = once(socket, "message");
  open(own).send(Uint8Array.of(1, 2, 3), { address: to, port });
  const [octets, sender] = (await arrived) as [Buffer, { address: string }];
  expect([...octets]).toEqual([1, 2, 3]);
  expect(sender.address).toBe(from);
});

test("createPortOpener() hears answers, and says whose they are", async () => {
  const { socket, port } = await listen("127.0.0.1");
  socket.on("message", (octets, sender) => socket.send(octets, sender.port, sender.address));
  const answer = await new Promise<unknown[]>((resolve) => {
    open([], (octets, ...from) => resolve([[...octets], ...from])).send(Uint8Array.of(7), {
      address: "127.0.0.1",
      port,
    });
  });
  expect(answer).toEqual([[7], "127.0.0.1", port]);
});

test("createPortOpener() reports what cannot be sent", async () => {
  const problem = await new Promise<string>((resolve) => {
    const port = createPortOpener([])(
      () => {},
      (_, reason) => resolve(reason),
    );
    closing.push(() => port.close());
    // More than any datagram holds: nothing leaves the machine.
    port.send(new Uint8Array(70_000), { address: "127.0.0.1", port: 9 });
  });
  expect(problem).toContain("EMSGSIZE");
});
