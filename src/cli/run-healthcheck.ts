import { randomInt } from "node:crypto";
import { createSocket } from "node:dgram";
import dnsPacket from "dns-packet";
import { hasErrors, renderIssues } from "../config/issue.ts";
import type { SocketAddress } from "../config/server-file.ts";
import type { Output } from "./command.ts";
import { EXIT } from "./exit-codes.ts";
import type { HealthcheckOptions } from "./healthcheck.ts";
import { readSettings } from "./read-settings.ts";

/** How long the server may take, and how often it is asked meanwhile: a busy server may drop a datagram. */
const DEADLINE_MS = 1900;
const RETRY_MS = 500;

/** Asks the local server and says what came of it. */
export async function runHealthcheck(options: HealthcheckOptions, output: Output): Promise<number> {
  const listener = options.listen ?? findListener(options.config, output);
  if (listener === undefined) return EXIT.failed;
  const target = toLocal(listener);
  const shown = format(target);
  const answer = await ask(target);
  if (answer.ok) {
    output.out(`${shown} answers DNS: ${answer.rcode} after ${answer.ms} ms\n`);
    return EXIT.ok;
  }
  output.err(`rondo healthcheck: ${shown} does not answer DNS: ${answer.reason}\n`);
  return EXIT.failed;
}

function findListener(config: string | undefined, output: Output): SocketAddress | undefined {
  const { settings, issues } = readSettings(config);
  if (hasErrors(issues)) output.err(renderIssues(issues));
  return settings?.listen[0];
}

/** A server that listens on every address listens on the loopback address too. */
function toLocal({ address, port }: SocketAddress): SocketAddress {
  if (address === "0.0.0.0") return { address: "127.0.0.1", port };
  if (address === "::") return { address: "::1", port };
  return { address, port };
}

function format({ address, port }: SocketAddress): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

type Answer =
  | { readonly ok: true; readonly rcode: string; readonly ms: number }
  | { readonly ok: false; readonly reason: string };

function ask({ address, port }: SocketAddress): Promise<Answer> {
  const id = randomInt(0x10000);
  const query = dnsPacket.encode({
    type: "query",
    id,
    questions: [{ type: "SOA", class: "IN", name: "." }],
  });
  const socket = createSocket(address.includes(":") ? "udp6" : "udp4");
  const start = performance.now();
  return new Promise((resolve) => {
    const finish = (answer: Answer): void => {
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
