import type { Prefix } from "../../address/address.ts";
import {
  type Decoder,
  type Located,
  listOf,
  object,
  oneOf,
  optional,
  required,
  text,
} from "../decode.ts";
import { parseSocketAddress, type SocketAddress } from "../socket-address.ts";
import { quote } from "../tree.ts";
import { clientPrefix } from "./client-prefix.ts";
import type { Maybe } from "./section.ts";

/** Where the DNS service listens, and for what. */
export interface ListenSetting extends SocketAddress {
  /** Left out: `dns`, over UDP and TCP. */
  readonly protocol?: ListenProtocol;
  /** Of requests over HTTPS. */
  readonly path?: string;
  /** Proxies that say first for whom they ask. */
  readonly proxies?: readonly Prefix[];
}

export type ListenProtocol = "dns" | "tls" | "https";

/** RFC 1035 §4.2, RFC 7858 §3.1, RFC 8484 §8. */
const PORTS: Readonly<Record<ListenProtocol, number>> = { dns: 53, tls: 853, https: 443 };

interface WrittenItem {
  readonly address: Maybe<string>;
  readonly protocol: Maybe<ListenProtocol>;
  readonly path: Maybe<string>;
  readonly proxy: Maybe<readonly Located<Prefix>[]>;
}

const path: Decoder<string> = (tree, name, issues) => {
  const written = text(tree, name, issues);
  if (written === undefined) return undefined;
  if (/^\/[A-Za-z0-9._~!$&'()*+,;=:@/-]*$/.test(written)) return written;
  issues.error(tree.place, `${name} must be a path like /dns-query: ${quote(written)}`);
  return undefined;
};

const item: Decoder<WrittenItem> = object<WrittenItem>("a listen address", {
  address: required(text),
  protocol: optional(oneOf(["dns", "tls", "https"])),
  path: optional(path),
  proxy: optional(listOf(clientPrefix)),
});

/** `ADDR:PORT`, or a mapping that says more. */
export const listenItem: Decoder<ListenSetting> = (tree, name, issues) => {
  if (tree.kind !== "mapping") {
    const written = text(tree, name, issues);
    if (written === undefined) return undefined;
    const parsed = parseSocketAddress(written, PORTS.dns);
    if (typeof parsed !== "string") return parsed;
    issues.error(tree.place, `${name}: ${parsed}`);
    return undefined;
  }
  const written = item(tree, name, issues);
  if (written?.address === undefined) return undefined;
  const { value: protocol } = written.protocol ?? { value: "dns" as const };
  const parsed = parseSocketAddress(written.address.value, PORTS[protocol]);
  if (typeof parsed === "string") {
    issues.error(written.address.place, `address: ${parsed}`);
    return undefined;
  }
  if (written.path !== undefined && protocol !== "https") {
    issues.error(written.path.place, `path is for the protocol https, here it is ${protocol}`);
    return undefined;
  }
  return {
    ...parsed,
    ...(protocol !== "dns" && { protocol }),
    ...(written.path && { path: written.path.value }),
    ...(written.proxy && { proxies: written.proxy.value.map(({ value }) => value) }),
  };
};

/** Is a certificate needed there? */
export function usesTls({ protocol = "dns" }: ListenSetting): boolean {
  return protocol !== "dns";
}
