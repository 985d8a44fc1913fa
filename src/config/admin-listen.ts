import { parseSocketAddress, type SocketAddress } from "./socket-address.ts";

/** Where the admin interface is reached. */
export type AdminListen =
  | ({ readonly kind: "tcp" } & SocketAddress)
  /** A Unix socket. */
  | { readonly kind: "socket"; readonly path: string }
  | { readonly kind: "none" };

export const DEFAULT_ADMIN_PORT = 8053;

/** `127.0.0.1:8053`, a path with a slash in it, or `none`; a string says what is wrong. */
export function parseAdminListen(written: string): AdminListen | string {
  if (written === "none") return { kind: "none" };
  if (written.includes("/")) return { kind: "socket", path: written };
  const parsed = parseSocketAddress(written, DEFAULT_ADMIN_PORT);
  if (typeof parsed === "string") return `${parsed}; a Unix socket is a path with a slash`;
  return { kind: "tcp", ...parsed };
}

/** As it is shown and understood by `--admin`. */
export function formatAdminListen(listen: AdminListen): string {
  if (listen.kind === "none") return "none";
  if (listen.kind === "socket") return listen.path;
  const { address, port } = listen;
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}
