import { type AdminListen, DEFAULT_ADMIN_PORT, parseAdminListen } from "../config/admin-listen.ts";
import type { Flag, Flags } from "./parse-flags.ts";

/** Of every command that talks to a running server. */
export const ADMIN_FLAGS: readonly Flag[] = [
  {
    name: "admin",
    value: "ADDR:PORT",
    help: "the server's admin interface, or its socket (127.0.0.1:8053)",
  },
  { name: "token-file", value: "FILE", help: "holds the token that the server wants" },
];

/** Which server is meant. */
export interface ServerChoice {
  readonly address: Exclude<AdminListen, { kind: "none" }>;
  /** Said by somebody, and not only the default. */
  readonly isNamed: boolean;
  readonly tokenFile: string | undefined;
}

/** By the flags, else the environment (RONDO_ADMIN, RONDO_TOKEN_FILE), else the default; a string says what is wrong. */
export function findServer(
  flags: Flags,
  environment: NodeJS.ProcessEnv = process.env,
): ServerChoice | string {
  const flag = flags.get("admin");
  const written = flag ?? environment.RONDO_ADMIN;
  const tokenFile = flags.get("token-file") ?? environment.RONDO_TOKEN_FILE;
  if (written === undefined || written === "") {
    const address = { kind: "tcp", address: "127.0.0.1", port: DEFAULT_ADMIN_PORT } as const;
    return { address, isNamed: false, tokenFile };
  }
  const where = flag === undefined ? "RONDO_ADMIN" : "--admin";
  const address = parseAdminListen(written.replace(/^http:\/\//, "").replace(/\/$/, ""));
  if (typeof address === "string") return `${where}: ${address}`;
  if (address.kind === "none") return `${where}: "none" is no server`;
  return { address, isNamed: true, tokenFile };
}
