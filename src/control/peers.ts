import type { LastTransfer } from "../transfer/last-transfers.ts";
import type { NotifyReport } from "../transfer/notifier.ts";

/** Another name server: what it was told of our zones, and which of them it took. */
export interface Peer {
  /** Presentation form. */
  readonly address: string;
  readonly notified: readonly NotifyReport[];
  readonly transferred: readonly LastTransfer[];
}

/** Puts together what there is of each address; in the order of their first appearance. */
export function groupPeers(
  notified: readonly NotifyReport[],
  transferred: readonly LastTransfer[],
): Peer[] {
  const peers = new Map<string, { notified: NotifyReport[]; transferred: LastTransfer[] }>();
  const find = (address: string): { notified: NotifyReport[]; transferred: LastTransfer[] } => {
    const known = peers.get(address) ?? { notified: [], transferred: [] };
    peers.set(address, known);
    return known;
  };
  for (const one of notified) find(one.target.address).notified.push(one);
  for (const one of transferred) find(one.client).transferred.push(one);
  return Array.from(peers, ([address, peer]) => ({ address, ...peer }));
}
