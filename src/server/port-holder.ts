import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** The process that holds a port, as far as it can be told. */
export interface PortHolder {
  readonly pid: number;
  readonly name: string;
}

/**
 * Finds who else holds a port, from Linux's /proc; undefined where it cannot be told, as for the processes of other users.
 *
 * @param procRoot for tests
 */
export function findPortHolder(
  transport: "udp" | "tcp",
  port: number,
  procRoot = "/proc",
): PortHolder | undefined {
  const inodes = new Set([
    ...readSocketInodes(`${procRoot}/net/${transport}`, port),
    ...readSocketInodes(`${procRoot}/net/${transport}6`, port),
  ]);
  if (inodes.size === 0) return undefined;
  for (const entry of list(procRoot)) {
    // This one may have the port as well, of another address.
    if (!/^[0-9]+$/.test(entry) || entry === String(process.pid)) continue;
    const descriptors = `${procRoot}/${entry}/fd`;
    for (const descriptor of list(descriptors)) {
      const inode = /^socket:\[([0-9]+)\]$/.exec(readLink(`${descriptors}/${descriptor}`))?.[1];
      if (inode === undefined || !inodes.has(inode)) continue;
      return { pid: Number(entry), name: read(`${procRoot}/${entry}/comm`).trim() };
    }
  }
  return undefined;
}

const TCP_LISTEN = "0A";

/** Inodes of the sockets bound to a port, of listening ones for TCP; see proc(5). */
function readSocketInodes(path: string, port: number): string[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const isTcp = path.includes("/tcp");
  return read(path)
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local, , state]) => local?.endsWith(suffix) && (!isTcp || state === TCP_LISTEN))
    .flatMap((fields) => fields[9] ?? []);
}

// Processes come and go, and those of other users are closed to us: what cannot be read is left out.

function list(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

function readLink(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}
