import { randomInt } from "node:crypto";
import { systemClock } from "./clock/clock.ts";
import type { Closers } from "./closers.ts";
import type { ServerSettings } from "./config/server-file.ts";
import type { ControlMessages } from "./control-messages.ts";
import type { PreparedZone } from "./loader/prepare-zone.ts";
import type { Log } from "./log/log.ts";
import { openCatalog } from "./open-catalog.ts";
import { type LastTransfer, LastTransfers } from "./transfer/last-transfers.ts";
import { MissingKeys } from "./transfer/missing-keys.ts";
import { Notifier, type NotifyReport } from "./transfer/notifier.ts";
import { createPortOpener } from "./transfer/open-datagram-port.ts";
import { createTransferCounts, type TransferCounts } from "./transfer/transfer-counts.ts";
import { createTransferDesk } from "./transfer/transfer-desk.ts";
import { type TransferZone, TransferZones } from "./transfer/transfer-zones.ts";
import type { Keyring } from "./tsig/keyring.ts";

export interface OpenTransfersOptions {
  readonly settings: Pick<ServerSettings, "transfer" | "catalog" | "state">;
  /** What the server listens on, in presentation form. */
  readonly listen: readonly { readonly address: string }[];
  readonly keyring: Keyring;
  /** See expiry-table.ts. */
  readonly expiries: SharedArrayBuffer;
  readonly messages: ControlMessages;
  /** Whether secondaries are told of zones by now. */
  readonly mayTell: () => boolean;
  /** Whether the state folder is this process's, at the moment. */
  readonly mayWrite: () => boolean;
  /** Takes a zone into service. */
  readonly serve: (zone: PreparedZone) => void;
  readonly log: Log;
  readonly closers: Closers;
}

export interface PeerSources {
  notified(): readonly NotifyReport[];
  transferred(): readonly LastTransfer[];
}

export interface OpenTransfers {
  /** Takes note of all zones that are in service now. */
  follow(zones: readonly PreparedZone[]): void;
  readonly counts: TransferCounts;
  /** The other name servers: what they were told and given last. */
  readonly peers: PeerSources;
}

/** Answers requests for zones, tells secondaries of their changes and keeps the catalog, until the server is closed. */
export async function openTransfers(options: OpenTransfersOptions): Promise<OpenTransfers> {
  const { settings, listen, keyring, expiries, messages, log, closers } = options;
  const { allow, notify } = settings.transfer;
  const wallClock = Date.now;
  const counts = createTransferCounts();
  const last = new LastTransfers();
  const notifier = new Notifier({
    keyring,
    counts: counts.notify,
    log,
    clock: systemClock,
    wallClock,
    mayTell: options.mayTell,
    drawId: () => randomInt(0x10000),
    openPort: createPortOpener(listen.map(({ address }) => address)),
  });
  const missingKeys = new MissingKeys({ keyring, log, clock: systemClock });
  closers.add(() => {
    notifier.close();
    missingKeys.close();
  });
  const zones = new TransferZones({
    allow,
    notify,
    log,
    onChange: (zone) => {
      missingKeys.note(zone.name, listKeys(zone));
      tell(notifier, zone);
    },
    onGone: ({ name }) => {
      notifier.forget(name);
      missingKeys.forget(name);
    },
    defer: (run) => void setImmediate(run),
  });
  messages.add(createTransferDesk({ zones, keyring, expiries, counts, last, log, wallClock }));
  const catalog = await openCatalog({
    settings: settings.catalog,
    stateDirectory: settings.state,
    isTransferable: ({ zone }) => (zone.transfer?.allow ?? allow).length > 0,
    serve: options.serve,
    clock: systemClock,
    mayWrite: options.mayWrite,
    log,
    closers,
  });
  return {
    follow: (served) => zones.follow(catalog?.follow(served) ?? served),
    counts,
    peers: { notified: () => notifier.report(), transferred: () => last.report() },
  };
}

function tell(notifier: Notifier, { name, content, notify }: TransferZone): void {
  if (content === undefined) return;
  const { apex, serial, soa } = content;
  notifier.notify({ name, apex, serial, soa: soa.rdata[0]!, ttl: soa.ttl, notify });
}

function listKeys({ allow, notify }: TransferZone): ReadonlySet<string> {
  return new Set([...allow, ...notify].flatMap(({ key }) => key ?? []));
}
