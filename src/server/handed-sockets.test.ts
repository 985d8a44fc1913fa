import { createSocket } from "node:dgram";
import { describe, expect, it } from "vitest";
import { listenAt } from "../../test/support/listen-at.ts";
import { HandedSockets } from "./handed-sockets.ts";
import { loadLibc } from "./libc.ts";
import { readPort } from "./socket-calls.ts";
import { addUdpDescriptors, openUdpDescriptors } from "./udp-descriptors.ts";

const loaded = await loadLibc();
if ("reason" in loaded) throw new Error(loaded.reason);
const { libc } = loaded;

/** What another process would have opened. */
function open(count: number): { port: number; descriptors: readonly number[] } {
  return openUdpDescriptors(libc, listenAt("127.0.0.1:0"), count);
}

function hand(opened: { port: number; descriptors: readonly number[] }): HandedSockets {
  return new HandedSockets(libc, [{ kind: "udp", address: "127.0.0.1", askedPort: 0, ...opened }]);
}

describe("HandedSockets", () => {
  it("take() finds what was asked for under the same address, kind and port, once", () => {
    const opened = open(1);
    const handed = hand(opened);
    expect(handed.take("tcp", listenAt(`127.0.0.1:${opened.port}`))).toBeUndefined();
    expect(handed.take("udp", listenAt(`127.0.0.2:${opened.port}`))).toBeUndefined();
    expect(
      handed.take("udp", listenAt(`127.0.0.1:${opened.port === 53 ? 54 : 53}`)),
    ).toBeUndefined();
    const taken = handed.take("udp", listenAt("127.0.0.1:0"));
    expect(taken?.port).toBe(opened.port);
    expect(handed.take("udp", listenAt(`127.0.0.1:${opened.port}`))).toBeUndefined();
    for (const descriptor of taken?.descriptors ?? []) libc.close(descriptor);
  });

  it("findOverlap() finds what is in the way of another address, taken or not", () => {
    const opened = open(1);
    const handed = hand(opened);
    const { port } = opened;
    handed.take("udp", listenAt("127.0.0.1:0"));
    expect(handed.findOverlap(listenAt(`0.0.0.0:${port}`))).toBe(`127.0.0.1:${port}`);
    for (const other of [`127.0.0.1:${port}`, `127.0.0.2:${port}`, `[::]:${port}`, "0.0.0.0:1"]) {
      expect(handed.findOverlap(listenAt(other)), other).toBeUndefined();
    }
    for (const descriptor of opened.descriptors) libc.close(descriptor);
  });

  it("close() gives back what nobody has taken", async () => {
    const opened = open(2);
    hand(opened).close();
    const socket = createSocket("udp4");
    await new Promise<void>((resolve, reject) => {
      socket.once("error", reject);
      socket.bind(opened.port, "127.0.0.1", resolve);
    });
    socket.close();
  });

  it("refuses a descriptor of something else", () => {
    const opened = open(1);
    expect(() => hand({ ...opened, port: opened.port === 1 ? 2 : 1 })).toThrow("another port");
  });
});

describe("openUdpDescriptors() and addUdpDescriptors()", () => {
  it.each([
    [1, 3, 3],
    [2, 3, 3],
    [3, 1, 3],
    [2, 2, 2],
  ])(
    "with %i sockets handed over and %i wanted has %i, all of one port",
    (before, count, after) => {
      const opened = open(before);
      const listen = listenAt(`127.0.0.1:${opened.port}`);
      const handed = hand(opened).take("udp", listen);
      const adopted = openUdpDescriptors(libc, listen, count, handed);
      expect(adopted.descriptors).toHaveLength(before);
      const { port, descriptors } = addUdpDescriptors(libc, listen, adopted, count);
      expect(port).toBe(opened.port);
      expect(descriptors.map((descriptor) => readPort(libc, descriptor))).toEqual(
        new Array(after).fill(port),
      );
      for (const descriptor of descriptors) libc.close(descriptor);
    },
  );
});
