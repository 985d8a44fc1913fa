import { randomInt } from "node:crypto";
import type { TransferSettings } from "./config/server/transfer-section.ts";
import type { ControlMessages } from "./control-messages.ts";
import { systemClock } from "./health/clock.ts";
import type { Log } from "./log/log.ts";
import { Notifier } from "./transfer/notifier.ts";
import { createPortOpener } from "./transfer/open-datagram-port.ts";
import { createTransferDesk } from "./transfer/transfer-desk.ts";
import { type TransferZone, TransferZones } from "./transfer/transfer-zones.ts";
import { findKeyByText, type Keyring } from "./tsig/keyring.ts";

export interface OpenTransfersOptions {
  readonly settings: TransferSettings;
  /** What the server listens on, in presentation form. */
  readonly listen: readonly { readonly address: string }[];
  readonly keyring: Keyring;
  readonly messages: ControlMessages;
  readonly log: Log;
  readonly closers: (() => Promise<void>)[];
}

/** Answers requests for zones, and tells secondaries of their changes, until the closers run. */
export function openTransfers(options: OpenTransfersOptions): TransferZones {
  const { settings, listen, keyring, messages, log, closers } = options;
  const wallClock = Date.now;
  const notifier = new Notifier({
    keyring,
    log,
    clock: systemClock,
    wallClock,
    drawId: () => randomInt(0x10000),
    openPort: createPortOpener(listen.map(({ address }) => address)),
  });
  closers.push(async () => notifier.close());
  const zones = new TransferZones({
    ...settings,
    log,
    onChange: (zone) => {
      warnOfKeys(zone, keyring, log);
      tell(notifier, zone);
    },
    onGone: ({ name }) => notifier.forget(name),
    defer: (run) => void setImmediate(run),
  });
  messages.add(createTransferDesk({ zones, keyring, log, wallClock }));
  return zones;
}

function tell(notifier: Notifier, { name, content, notify }: TransferZone): void {
  if (content === undefined) return;
  const { apex, serial, soa } = content;
  notifier.notify({ name, apex, serial, soa: soa.rdata[0]!, ttl: soa.ttl, notify });
}

/** Zone files are read without the keys of the server file: only here it shows that one is not there. */
function warnOfKeys({ name, allow, notify }: TransferZone, keyring: Keyring, log: Log): void {
  const named = new Set([...allow, ...notify].flatMap(({ key }) => key ?? []));
  for (const key of named) {
    if (findKeyByText(keyring, key) !== undefined) continue;
    log.warn({ zone: name, key }, "transfer names a key that the server file does not have");
  }
}
