import { parseAddress } from "./address/parse.ts";
import type { ServeOptions } from "./cli/serve.ts";
import type { ListenSetting } from "./config/server/listen-item.ts";
import type { ServerSettings } from "./config/server-file.ts";
import type { SocketAddress } from "./config/socket-address.ts";
import { parseReference } from "./health/references.ts";
import type { ListenAddress } from "./server/listen-address.ts";
import type { CheckTarget } from "./zone/model.ts";

const DEMO_LISTEN: readonly SocketAddress[] = [{ address: "127.0.0.1", port: 5300 }];

/** Flags win over the server file. */
export function applyFlags(settings: ServerSettings, options: ServeOptions): ServerSettings {
  // One thread has one turn to hand out: whoever asks three times in a row sees three addresses lead.
  const defaults = options.demo ? { ...settings, listen: DEMO_LISTEN, workers: 1 } : settings;
  return {
    ...settings,
    listen: options.listen.length > 0 ? options.listen : defaults.listen,
    zones: options.zones === undefined ? settings.zones : { kind: "folder", path: options.zones },
    workers: options.workers ?? defaults.workers,
    state: options.state ?? settings.state,
    admin: { ...settings.admin, listen: options.admin ?? settings.admin.listen },
  };
}

/** The listen address as octets. */
export function toListenAddress({ address, ...rest }: ListenSetting): ListenAddress {
  const parsed = parseAddress(address);
  if (parsed === undefined) throw new TypeError(`Not an IP address: ${address}`);
  return { ...rest, address: parsed };
}

/** The witness of health checks behind an address: a plain TCP connect. */
export function toReference({ address, port }: SocketAddress): CheckTarget {
  const host = address.includes(":") ? `[${address}]` : address;
  const target = parseReference(`tcp://${host}:${port}`);
  if (typeof target === "string") throw new TypeError(target);
  return target;
}
