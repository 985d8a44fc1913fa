import type { Endpoint } from "../support/dns-client.ts";
import { readMessage } from "../support/message.ts";
import { query } from "../support/packet.ts";
import { until } from "../support/until.ts";
import { askAll } from "./ask.ts";
import { PEERS, type PeerName } from "./compare.ts";
import type { RandomQuery } from "./random-query.ts";

const PATIENCE_MS = 4000;

/**
 * @param peers in the order of `PEERS`
 * @returns which zones a peer does not serve, once it has had the time to load them
 */
export async function findRefused(
  peers: readonly Endpoint[],
  apexes: readonly string[],
): Promise<{ peer: PeerName; apex: string }[]> {
  const refused: { peer: PeerName; apex: string }[] = [];
  for (const [i, peer] of peers.entries()) {
    const open = new Set(apexes);
    await until(
      async () => {
        const asked = [...open];
        const replies = await askAll(peer, asked.map(askSoa));
        replies.forEach((reply, j) => {
          if (reply !== undefined && readMessage(reply).answer.length > 0) open.delete(asked[j]!);
        });
        return open.size === 0;
      },
      { what: "all zones are loaded", deadlineMs: PATIENCE_MS },
    ).catch(() => undefined);
    for (const apex of open) refused.push({ peer: PEERS[i]!, apex });
  }
  return refused;
}

function askSoa(apex: string): RandomQuery {
  const packet = query({ name: apex, type: "SOA", id: 0 });
  return {
    packet,
    transport: "udp",
    text: apex,
    name: apex,
    type: 6,
    class: 1,
    opcode: 0,
    size: undefined,
  };
}
