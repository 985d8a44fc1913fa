import { afterEach, describe, expect, it } from "vitest";
import { name } from "../../test/support/packet.ts";
import { findFreePort } from "../../test/support/ports.ts";
import {
  type Behaviour,
  QUESTION,
  type ResolverServer,
  recordOf,
  replyTo,
  startResolver,
} from "../../test/support/resolver-server.ts";
import { TYPE_A } from "../wire/rr-types.ts";
import { createStubResolver, type StubResolver } from "./stub-resolver.ts";

const TARGET = name("www.example.net.");
const ADDRESS = Uint8Array.of(192, 0, 2, 1);
const FOUND = { kind: "records", rdata: [ADDRESS], ttl: 60 };

const servers: ResolverServer[] = [];
const resolvers: StubResolver[] = [];

afterEach(async () => {
  for (const resolver of resolvers.splice(0)) resolver.close();
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

async function serve(behave: Behaviour): Promise<ResolverServer> {
  const server = await startResolver(behave);
  servers.push(server);
  return server;
}

function create(
  list: readonly { address: string; port: number }[],
  now: () => number = () => 0,
): StubResolver {
  let next = 0;
  const randomInt = (limit: number): number => {
    next += 7919;
    return next % limit;
  };
  const resolver = createStubResolver({ servers: list, randomInt, now, timeoutMs: 150 });
  resolvers.push(resolver);
  return resolver;
}

const answer: Behaviour = (query) => [
  replyTo(query, { answers: [recordOf(QUESTION, TYPE_A, 60, ADDRESS)] }),
];
const silence: Behaviour = () => [];
const failure: Behaviour = (query) => [replyTo(query, { flags: 0x8182 })];

describe("createStubResolver()", () => {
  it("asks for recursion, with EDNS and another ID each time, and takes the answer", async () => {
    const server = await serve(answer);
    const resolver = create([server]);
    expect(await resolver.resolve(name("WWW.example.net."), TYPE_A)).toEqual(FOUND);
    expect(await resolver.resolve(TARGET, TYPE_A)).toEqual(FOUND);
    const [first, second] = server.queries.map(({ octets }) => octets);
    expect(first![2]).toBe(0x01);
    expect([...first!.slice(-11)]).toEqual([0, 0, 41, 0x04, 0xd0, 0, 0, 0, 0, 0, 0]);
    expect(first!.slice(2)).toEqual(second!.slice(2));
    expect(first!.slice(0, 2)).not.toEqual(second!.slice(0, 2));
  });

  it("asks again over TCP what is truncated", async () => {
    const server = await serve((query, transport) =>
      transport === "tcp" ? answer(query, transport) : [replyTo(query, { flags: 0x8380 })],
    );
    expect(await create([server]).resolve(TARGET, TYPE_A)).toEqual(FOUND);
    expect(server.queries.map(({ transport }) => transport)).toEqual(["udp", "tcp"]);
  });

  it("waits on when something else comes first", async () => {
    const server = await serve((query, transport) => [
      Uint8Array.of(1, 2, 3),
      replyTo(query, { id: 1 }),
      ...answer(query, transport),
    ]);
    expect(await create([server]).resolve(TARGET, TYPE_A)).toEqual(FOUND);
  });

  it.each([
    ["silent", silence],
    ["failing", failure],
  ])(
    "goes on to the next resolver when one is %s, and asks that one last for a while",
    async (_, behave) => {
      const [bad, good] = [await serve(behave), await serve(answer)];
      let now = 0;
      const resolver = create([bad, good], () => now);
      expect(await resolver.resolve(TARGET, TYPE_A)).toEqual(FOUND);
      expect(await resolver.resolve(TARGET, TYPE_A)).toEqual(FOUND);
      expect([bad.queries.length, good.queries.length]).toEqual([1, 2]);
      now = 30_000;
      expect(await resolver.resolve(TARGET, TYPE_A)).toEqual(FOUND);
      expect([bad.queries.length, good.queries.length]).toEqual([2, 3]);
    },
  );

  it("takes a resolver's word that there is nothing, without asking another", async () => {
    const [first, second] = [
      await serve((query) => [replyTo(query, { flags: 0x8183 })]),
      await serve(answer),
    ];
    const resolved = await create([first, second]).resolve(TARGET, TYPE_A);
    expect(resolved).toEqual({ kind: "none", ttl: 60 });
    expect(second.queries).toEqual([]);
  });

  it("says who failed last when all do, each tried twice", async () => {
    const bad = await serve(failure);
    const closed = await findFreePort();
    const resolver = create([{ address: "127.0.0.1", port: closed }, bad]);
    expect(await resolver.resolve(TARGET, TYPE_A)).toEqual({
      kind: "failed",
      reason: `127.0.0.1 port ${bad.port}: RCODE 2`,
    });
    expect(bad.queries).toHaveLength(2);
  });

  it("has a bounded number of queries under way, and answers all", async () => {
    let most = 0;
    let open = 0;
    const held: (() => void)[] = [];
    const server = await serve((query) => {
      most = Math.max(most, ++open);
      held.push(() => open--);
      if (held.length >= 32) for (const release of held.splice(0)) release();
      return [replyTo(query, { flags: 0x8183 })];
    });
    const resolver = create([server]);
    const all = await Promise.all(
      Array.from({ length: 100 }, () => resolver.resolve(TARGET, TYPE_A)),
    );
    expect(all.every(({ kind }) => kind === "none")).toBe(true);
    expect(most).toBeLessThanOrEqual(32);
    expect(server.queries).toHaveLength(100);
  });

  it("gives up at once when it is closed", async () => {
    const resolver = create([await serve(silence)], () => 0);
    const resolved = resolver.resolve(TARGET, TYPE_A);
    resolver.close();
    expect(await resolved).toMatchObject({ kind: "failed" });
  });
});
