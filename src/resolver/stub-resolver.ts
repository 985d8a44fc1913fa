/**
 * A stub resolver (RFC 1034 §5.3.1): asks the resolvers it is told of, over UDP and, where that is not enough, TCP. It asks
 * nobody else, and nothing by itself.
 */
import { setMaxListeners } from "node:events";
import { lowerName } from "../wire/name.ts";
import { type Exchanged, exchangeTcp, exchangeUdp, type ResolverAddress } from "./exchange.ts";
import { type Reply, readReply } from "./read-reply.ts";
import { writeQuery } from "./write-query.ts";

export interface StubResolverOptions {
  /** In the order they are asked; at least one. */
  readonly servers: readonly ResolverAddress[];
  /** Whole numbers from 0 to below `limit`, not to be guessed. */
  readonly randomInt: (limit: number) => number;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** For each try. */
  readonly timeoutMs?: number;
}

/** What is known of a name after all has been tried. */
export type Resolved = Exclude<Reply, { kind: "truncated" }>;

export interface StubResolver {
  /** Looks a name up; more at once than it has room for wait. Never rejects. */
  resolve(name: Uint8Array, type: number): Promise<Resolved>;
  /** Gives up what is under way. */
  close(): void;
}

const TIMEOUT_MS = 2000;
/** How often each server is asked. */
const ROUNDS = 2;
/** Queries under way at once. */
const MAX_RUNNING = 32;
/** For how long a server that did not answer is asked last. */
const SHUN_MS = 30_000;

export function createStubResolver(options: StubResolverOptions): StubResolver {
  const { servers, randomInt, now, timeoutMs = TIMEOUT_MS } = options;
  const controller = new AbortController();
  const { signal } = controller;
  setMaxListeners(MAX_RUNNING, signal);
  const shunnedUntil = new Map<ResolverAddress, number>();
  const waiting: (() => void)[] = [];
  let running = 0;

  return {
    async resolve(name, type) {
      if (running >= MAX_RUNNING) await new Promise<void>((start) => waiting.push(start));
      else running++;
      try {
        return await lookUp(lowerName(name), type);
      } finally {
        // Whoever waits takes the place over.
        const next = waiting.shift();
        if (next === undefined) running--;
        else next();
      }
    },
    close: () => controller.abort(),
  };

  async function lookUp(name: Uint8Array, type: number): Promise<Resolved> {
    let reason = "given up";
    for (let round = 0; round < ROUNDS; round++) {
      for (const server of listServers()) {
        if (signal.aborted) return { kind: "failed", reason };
        const reply = await ask(server, name, type);
        if (reply.kind !== "failed") {
          shunnedUntil.delete(server);
          return reply;
        }
        reason = `${server.address} port ${server.port}: ${reply.reason}`;
        shunnedUntil.set(server, now() + SHUN_MS);
      }
    }
    return { kind: "failed", reason };
  }

  /** As written, but for those that failed a moment ago. */
  function listServers(): ResolverAddress[] {
    const at = now();
    const isShunned = (server: ResolverAddress): boolean => (shunnedUntil.get(server) ?? at) > at;
    return [
      ...servers.filter((server) => !isShunned(server)),
      ...servers.filter((server) => isShunned(server)),
    ];
  }

  async function ask(server: ResolverAddress, name: Uint8Array, type: number): Promise<Resolved> {
    const query = writeQuery(randomInt(0x10000), name, type);
    const accept = (octets: Uint8Array): Reply | undefined => readReply(octets, query, name, type);
    const reply = unwrap(await exchangeUdp(server, query, accept, timeoutMs, signal));
    if (reply.kind !== "truncated") return reply;
    const whole = unwrap(await exchangeTcp(server, query, accept, timeoutMs, signal));
    return whole.kind === "truncated" ? { kind: "failed", reason: "truncated over TCP" } : whole;
  }
}

function unwrap(exchanged: Exchanged<Reply>): Reply {
  return "reply" in exchanged ? exchanged.reply : { kind: "failed", reason: exchanged.failure };
}
