import { parseAddress } from "../../src/address/parse.ts";
import type { ListenAddress } from "../../src/server/listen-address.ts";

/** Where tests have a server listen: `127.0.0.1:0`, `[::1]:0`. */
export function listenAt(text: string): ListenAddress {
  const [, host, port] = /^\[?(.*?)\]?:(\d+)$/.exec(text)!;
  return { address: parseAddress(host!)!, port: Number(port) };
}
