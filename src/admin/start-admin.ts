/**
 * The admin interface on its socket, with the limits that keep it from being a way to hurt the server.
 */
import { chmodSync, lstatSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { isLoopback } from "../address/is-loopback.ts";
import { parseAddress } from "../address/parse.ts";
import type { Clock } from "../clock/clock.ts";
import { type AdminListen, formatAdminListen } from "../config/admin-listen.ts";
import type { Log } from "../log/log.ts";
import { AdminError } from "./admin-error.ts";
import { createApp } from "./app.ts";
import type { AdminServices } from "./services.ts";
import { TokenGuard, type Tokens } from "./token-guard.ts";

export interface AdminOptions {
  readonly listen: Exclude<AdminListen, { kind: "none" }>;
  readonly tokens: Tokens;
  readonly hosts: readonly string[];
  readonly services: AdminServices;
  readonly version: string;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Admin {
  /** `http://127.0.0.1:8053`, or the path of the socket. */
  readonly url: string;
  /** @param graceMs how long requests that are being answered are waited for */
  close(graceMs?: number): Promise<void>;
}

const MAX_CONNECTIONS = 32;
const LIMITS = {
  maxHeaderSize: 16 * 1024,
  headersTimeout: 5000,
  requestTimeout: 10_000,
  keepAliveTimeout: 5000,
  connectionsCheckingInterval: 500,
} as const;
/** Whoever asks and does not read the answer; longer than the commands wait for a reload, which takes its time. */
const IDLE_MS = 130_000;

/** @throws AdminError if it may not or cannot listen there */
export async function startAdmin(options: AdminOptions): Promise<Admin> {
  const { listen, tokens, hosts, services, version, clock, log } = options;
  checkAdmin(listen, tokens);
  const isLocal = isOnlyLocal(listen);
  const app = createApp({
    services,
    guard: new TokenGuard(tokens, clock),
    origin: { isLocal, hosts },
    version,
    log,
  });
  const server = createServer(
    LIMITS,
    getRequestListener(app.fetch, { overrideGlobalObjects: false }),
  );
  server.maxConnections = MAX_CONNECTIONS;
  server.timeout = IDLE_MS;
  await open(server, listen);
  return {
    url: urlOf(server, listen),
    close: (graceMs = 0) =>
      new Promise((resolve) => {
        const insist = setTimeout(() => server.closeAllConnections(), graceMs);
        server.close(() => {
          clearTimeout(insist);
          resolve();
        });
        server.closeIdleConnections();
        if (graceMs === 0) server.closeAllConnections();
      }),
  };
}

/** @throws AdminError if it may not listen there */
export function checkAdmin(listen: AdminOptions["listen"], tokens: Tokens): void {
  if (isOnlyLocal(listen) || tokens.write !== undefined) return;
  throw new AdminError(
    `The admin interface on ${formatAdminListen(listen)} can be reached by others: name a file with a token as admin.token_file`,
  );
}

/** A socket is as private as its file: nobody but its owner may open it. */
function isOnlyLocal(listen: AdminOptions["listen"]): boolean {
  if (listen.kind === "socket") return true;
  const address = parseAddress(listen.address);
  return address !== undefined && isLoopback(address);
}

async function open(server: Server, listen: AdminOptions["listen"]): Promise<void> {
  try {
    if (listen.kind === "socket") await listenOnPath(server, listen.path);
    else await listenOn(server, { host: listen.address, port: listen.port });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === "EADDRINUSE" ? "something else listens there" : (code ?? message);
    throw new AdminError(`No admin interface on ${formatAdminListen(listen)}: ${why}`);
  }
}

/** A socket that nobody listens on any more is left over from a server that was killed. */
async function listenOnPath(server: Server, path: string): Promise<void> {
  if (await isLeftOver(path)) rmSync(path, { force: true });
  const mask = process.umask(0o177);
  try {
    const listening = listenOn(server, { path });
    process.umask(mask);
    await listening;
  } finally {
    process.umask(mask);
  }
  chmodSync(path, 0o600);
}

function isLeftOver(path: string): Promise<boolean> {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSocket() !== true) {
    return Promise.resolve(false);
  }
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.destroy();
      resolve(false);
    });
    socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code === "ECONNREFUSED"));
  });
}

function listenOn(
  server: Server,
  where: { readonly path: string } | { readonly host: string; readonly port: number },
): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ ...where, exclusive: true }, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

function urlOf(server: Server, listen: AdminOptions["listen"]): string {
  if (listen.kind === "socket") return listen.path;
  const { port } = server.address() as AddressInfo;
  return `http://${formatAdminListen({ ...listen, port })}`;
}
