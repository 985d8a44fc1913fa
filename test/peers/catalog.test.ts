/** Other people's name servers follow rondo's catalog zone. */
import { randomBytes } from "node:crypto";
import { afterEach, expect, test } from "vitest";
import { describeWithPeers } from "../support/peers.ts";
import { findFreePort } from "../support/ports.ts";
import { startRondo } from "../support/rondo.ts";
import { startSecondary } from "../support/secondary-servers.ts";
import { until } from "../support/until.ts";

const key = {
  name: "transfer.example",
  algorithm: "hmac-sha256",
  secret: randomBytes(32).toString("base64"),
};

const zone = (apex: string, address: string): string => `zone: ${apex}.
records:
  "": [{ type: NS, ttl: 1h, value: ns1.example.net. }, { type: A, value: ${address} }]
`;

const closing: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of closing.splice(0).reverse()) await one.stop();
});

for (const program of ["knotd", "named"] as const) {
  describeWithPeers(`${program} and the catalog`, [program], () => {
    test("serves what is in it, and follows what comes and goes", async () => {
      const port = await findFreePort();
      const rondo = await startRondo({
        zones: { "a.yaml": zone("a.test", "192.0.2.1"), "b.yaml": zone("b.test", "192.0.2.2") },
        config: `geo: { databases: [] }
keys: { ${key.name}: { secret: "${key.secret}" } }
transfer:
  allow: [{ key: ${key.name} }]
  notify: [{ address: "127.0.0.1:${port}", key: ${key.name} }]
catalog: { zone: catalog.test, group: all }
`,
      });
      closing.push(rondo);
      const secondary = await startSecondary(program, {
        endpoint: { address: "127.0.0.1", port },
        primary: rondo.endpoint,
        key,
        zones: [],
        catalog: "catalog.test",
      });
      closing.push(secondary);
      const becomes = async (name: string, expected: string): Promise<void> => {
        let found = "";
        await until(async () => {
          const message = await secondary.ask(name, "A");
          found = `${message?.rcode} ${message?.answer.map(({ rdata }) => rdata)}`;
          return found === expected;
        }, `${name} is ${expected}`).catch((error: unknown) => {
          throw new Error(`${error}; it is ${found}\n${rondo.output()}\n${secondary.output()}`);
        });
      };
      await becomes("a.test", "NOERROR 192.0.2.1");
      await becomes("b.test", "NOERROR 192.0.2.2");

      rondo.writeZone("c.yaml", zone("c.test", "192.0.2.3"));
      await becomes("c.test", "NOERROR 192.0.2.3");
      // What nobody may have is not in it.
      rondo.writeZone("a.yaml", `${zone("a.test", "192.0.2.1")}transfer: { allow: [] }\n`);
      await becomes("a.test", "REFUSED ");
      expect(rondo.output()).not.toContain('"level":"error"');
    });
  });
}
