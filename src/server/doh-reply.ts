import { MAX_MESSAGE_OCTETS } from "../wire/message.ts";
import type { ConversationHost } from "./conversation.ts";
import { findFreshness } from "./doh-freshness.ts";
import { DNS_MESSAGE } from "./doh-request.ts";

/** An HTTP response, whatever the version. */
export interface HttpReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | number>>;
  readonly body: Uint8Array;
}

/** Octets of answers that wait for the client at which no more are made. */
export const MAX_PENDING_OCTETS: number = 192 * 1024;

/** One for all: answering is synchronous. */
const out: Uint8Array = new Uint8Array(MAX_MESSAGE_OCTETS);

/**
 * Answers a query that came over HTTPS, at once but for what the control plane answers.
 *
 * @param send called once, unless the function that is returned was called before: that is for a client who is gone
 */
export function answerOverHttps(
  octets: Uint8Array,
  host: ConversationHost,
  send: (reply: HttpReply) => void,
): () => void {
  const now = host.now();
  host.noteActive(now);
  if (!host.isReady()) {
    send(refuse(503));
    return () => {};
  }
  if (host.isControl(octets, octets.length)) return askControl(octets, host, now, send);
  const length = host.answer(octets, octets.length, now, out);
  // What gets no answer over UDP is no query at all.
  send(length === 0 ? refuse(400) : wrap(out.slice(0, length)));
  return () => {};
}

/** A response without a message. */
export function refuse(status: number): HttpReply {
  const allow = status === 405 ? { allow: "GET, POST" } : undefined;
  return { status, headers: { ...allow, "content-length": 0 }, body: new Uint8Array(0) };
}

function askControl(
  octets: Uint8Array,
  { link, client, transport }: ConversationHost,
  now: number,
  send: (reply: HttpReply) => void,
): () => void {
  const id = link.begin(
    { octets: octets.slice(), source: client, transport },
    {
      take: (message) => {
        link.abandon(id!);
        send(wrap(message));
      },
      end: () => send(refuse(400)),
    },
    now,
  );
  if (id === undefined) {
    send(refuse(503));
    return () => {};
  }
  link.next(id);
  return () => link.abandon(id);
}

function wrap(message: Uint8Array): HttpReply {
  return {
    status: 200,
    headers: {
      "content-type": DNS_MESSAGE,
      "content-length": message.length,
      // Another client may get another answer: no cache that several share may keep it.
      "cache-control": `private, max-age=${findFreshness(message)}`,
    },
    body: message,
  };
}
