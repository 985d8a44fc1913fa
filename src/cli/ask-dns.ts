import { randomInt } from "node:crypto";
import { createSocket } from "node:dgram";
import dnsPacket from "dns-packet";
import type { Prefix } from "../address/address.ts";
import { contains } from "../address/contains.ts";
import { parseAddress } from "../address/parse.ts";
import type { SocketAddress } from "../config/socket-address.ts";

/** How long the server may take, and how often it is asked meanwhile: a busy server may drop a datagram. */
const DEADLINE_MS = 1900;
const RETRY_MS = 500;

export type DnsAnswer =
  | { readonly ok: true; readonly rcode: string; readonly ms: number }
  | { readonly ok: false; readonly reason: string };

/** A listen address over UDP, with those whom it answers only behind a header of the PROXY protocol. */
export interface AskedListener extends SocketAddress {
  readonly proxies?: readonly Prefix[];
}

/** With which a proxy of the PROXY protocol, version 2, asks for itself. */
const LOCAL_HEADER = Buffer.from("0d0a0d0a000d0a515549540a20000000", "hex");

/** Sends a query over UDP; any response counts as an answer, REFUSED included. Never rejects. */
export function askDns(listener: AskedListener): Promise<DnsAnswer> {
  const { address, port } = toLocal(listener);
  const id = randomInt(0x10000);
  const question = dnsPacket.encode({
    type: "query",
    id,
    questions: [{ type: "SOA", class: "IN", name: "." }],
  });
  // What goes to an address of this machine comes from the same.
  const source = parseAddress(address);
  const isProxy = listener.proxies?.some((prefix) => source && contains(prefix, source));
  const query = isProxy ? Buffer.concat([LOCAL_HEADER, question]) : question;
  const socket = createSocket(address.includes(":") ? "udp6" : "udp4");
  const start = performance.now();
  return new Promise((resolve) => {
    const finish = (answer: DnsAnswer): void => {
      clearInterval(retry);
      clearTimeout(deadline);
      socket.removeAllListeners();
      socket.close();
      resolve(answer);
    };
    const send = (): void => socket.send(query);
    const retry = setInterval(() => {
      if (isConnected) send();
    }, RETRY_MS);
    const deadline = setTimeout(() => {
      finish({ ok: false, reason: `no answer within ${DEADLINE_MS} ms` });
    }, DEADLINE_MS);
    let isConnected = false;
    // A connected socket hears of a closed port, and takes packets from nobody else.
    socket.once("connect", () => {
      isConnected = true;
      send();
    });
    socket.on("error", (error: NodeJS.ErrnoException) => {
      const isClosed = error.code === "ECONNREFUSED";
      finish({
        ok: false,
        reason: isClosed ? `nothing listens there (${error.code})` : error.message,
      });
    });
    socket.on("message", (octets) => {
      const rcode = readRcode(octets, id);
      if (rcode !== undefined) {
        finish({ ok: true, rcode, ms: Math.round(performance.now() - start) });
      }
    });
    socket.connect(port, address);
  });
}

/** The RCODE of the response to our query; undefined if the octets are something else. */
function readRcode(octets: Buffer, id: number): string | undefined {
  try {
    const packet = dnsPacket.decode(octets) as dnsPacket.DecodedPacket & { readonly rcode: string };
    return packet.type === "response" && packet.id === id ? packet.rcode : undefined;
  } catch {
    return undefined;
  }
}

/** A server that listens on every address listens on the loopback address too. */
export function toLocal({ address, port }: SocketAddress): SocketAddress {
  if (address === "0.0.0.0") return { address: "127.0.0.1", port };
  if (address === "::") return { address: "::1", port };
  return { address, port };
}
