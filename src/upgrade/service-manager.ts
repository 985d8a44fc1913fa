import { execFile } from "node:child_process";
import type { Log } from "../log/log.ts";
import { createSystemError, type Libc, loadLibc } from "../server/libc.ts";

/** Whoever has started this process and wants to know how it gets on, see sd_notify(3). */
export interface ServiceManager {
  /** Never throws; a word that does not arrive is logged. */
  tell(states: Readonly<Record<string, string | number>>): void;
}

const AF_UNIX = 1;
const SOCK_DGRAM = 2;
const SOCK_CLOEXEC = 0x80000;
/** sizeof(sun_path). */
const MAX_PATH_OCTETS = 108;

/** Finds systemd, or something that speaks like it, by NOTIFY_SOCKET; without that, nobody is told anything. */
export async function findServiceManager(
  log: Log,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<ServiceManager> {
  const { NOTIFY_SOCKET: path } = env;
  if (path === undefined || path === "") return { tell: () => {} };
  const loaded = await loadLibc();
  const send = (text: string): void => {
    // Node has no datagram sockets of this family.
    if ("libc" in loaded) sendDatagram(loaded.libc, path, text);
    else callNotify(text, log);
  };
  return {
    tell: (states) => {
      const text = Object.entries(states)
        .map(([name, value]) => `${name}=${value}`)
        .join("\n");
      try {
        send(text);
      } catch (err) {
        log.warn({ err, path }, "the service manager cannot be told how the server is");
      }
    },
  };
}

function sendDatagram(libc: Libc, path: string, text: string): void {
  const address = writeUnixAddress(path);
  const descriptor = libc.socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) throw createSystemError(libc, "socket");
  try {
    const octets = Buffer.from(text);
    const sent = libc.sendto(descriptor, octets, octets.length, 0, address, address.length);
    if (sent < 0) throw createSystemError(libc, "sendto");
  } finally {
    libc.close(descriptor);
  }
}

/** struct sockaddr_un as little-endian Linux has it; `@` stands for the NUL that begins an abstract name. */
export function writeUnixAddress(path: string): Uint8Array {
  const name = Buffer.from(path.startsWith("@") ? `\0${path.slice(1)}` : `${path}\0`);
  if (name.length > MAX_PATH_OCTETS) throw new RangeError(`NOTIFY_SOCKET is too long: ${path}`);
  return Buffer.concat([Buffer.from([AF_UNIX, 0]), name]);
}

/** The unit needs NotifyAccess=all for it: the word comes from a child. */
function callNotify(text: string, log: Log): void {
  execFile("systemd-notify", text.split("\n"), (err) => {
    if (err !== null) log.warn({ err }, "the service manager cannot be told how the server is");
  });
}
