/** Messages that no resolver sends, and that every server says something to. */
import { concat, header } from "../support/packet.ts";
import type { Random } from "../support/random.ts";

const HEADER_OCTETS = 12;

/** A message, and what is wrong with it. */
export interface Damaged {
  readonly packet: Uint8Array;
  readonly damage: string | undefined;
}

export function intact(packet: Uint8Array): Damaged {
  return { packet, damage: undefined };
}

/** @param packet with one question, and OPT or nothing behind it */
export function damagePacket(random: Random, packet: Uint8Array): Damaged {
  const questionEnd = endOfQuestion(packet);
  const asked = packet.subarray(HEADER_OCTETS, questionEnd);
  const rest = packet.subarray(questionEnd);
  const flags = read16(packet, 2);
  const ar = read16(packet, 10);
  switch (random.below(7)) {
    case 0:
      return { packet: concat(header({ id: 0, flags, ar }), rest), damage: "no question" };
    case 1: {
      const head = header({ id: 0, flags, qd: 2, ar });
      return { packet: concat(head, asked, asked, rest), damage: "two questions" };
    }
    case 2: {
      const head = header({ id: 0, flags, qd: 1, ar: ar * 2 });
      return { packet: concat(head, asked, rest, rest), damage: "OPT twice" };
    }
    case 3:
      return {
        packet: concat(packet, new Uint8Array(1 + random.below(9))),
        damage: "octets behind",
      };
    case 4: {
      const kept = HEADER_OCTETS + random.below(packet.length - HEADER_OCTETS);
      return { packet: packet.slice(0, kept), damage: `cut after ${kept} octets` };
    }
    case 5: {
      const head = header({ id: 0, flags, qd: 1, an: 1, ar });
      return { packet: concat(head, asked, rest), damage: "an answer that is not there" };
    }
    default: {
      const damaged = Uint8Array.from(packet);
      damaged[HEADER_OCTETS] = random.pick([0x40, 0x80, 0xc0]);
      return { packet: damaged, damage: "a label of an odd kind" };
    }
  }
}

function endOfQuestion(packet: Uint8Array): number {
  let at = HEADER_OCTETS;
  while (packet[at] !== 0) at += packet[at]! + 1;
  return at + 5;
}

function read16(octets: Uint8Array, at: number): number {
  return (octets[at]! << 8) | octets[at + 1]!;
}
