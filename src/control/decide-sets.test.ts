import { expect, it } from "vitest";
import { serveInProcess } from "../../test/support/in-process.ts";

const EU = ["198.51.100.1", "198.51.100.2"] as const;
const NA = "203.0.113.1";
const OLD = writeName("m", "10.0.0.0/16");
/** Alike but for the clients of a rule; and with one class alike. They come before and behind the one that was there. */
const NEW = [
  writeName("a", "10.1.0.0/16"),
  writeName("z", "10.2.0.0/16"),
  writeName("b", "10.3.0.0/16", "[na, us]"),
  writeName("y", "10.4.0.0/16", "[na, us]"),
];

function writeName(name: string, subnet: string, rest = "na"): string {
  return `  ${name}: { type: A, all_down: last, dynamic: { rules: [{ subnets: [${subnet}], pool: eu }, { pool: ${rest} }] } }`;
}

const write = (...names: string[]): Record<string, string> => ({
  "example.com.yaml": `
zone: example.com.
soa: { mname: ns1.example.com., rname: hostmaster.example.com. }
healthchecks: { web: { protocol: TCP, port: 443 } }
pools:
  eu: { healthcheck: web, values: [${EU.join(", ")}] }
  na: { healthcheck: web, values: [${NA}] }
  us: { healthcheck: web, values: [203.0.113.2] }
records:
  "": { type: NS, values: [ns1.example.net., ns2.example.net.] }
${names.join("\n")}
`,
});

it("DecisionRound decides names that are alike apart as long as they come from different pasts", () => {
  const { plane, mark, load } = serveInProcess(write(OLD));
  const answers = (): Record<string, string> =>
    Object.fromEntries(
      plane.steering.map(({ names, sets: [set] }) => [
        Buffer.from(names[0]!.owner.subarray(1, 2)).toString(),
        typeof set === "object" ? set.rdata.map((octets) => octets.join(".")).join(" ") : set!,
      ]),
    );
  mark({ [EU[0]]: "down" });
  mark({ [EU[0]]: "down", [EU[1]]: "down" });
  expect(answers()).toEqual({ m: EU[1] });
  load(write(OLD, ...NEW));
  const all = EU.join(" ");
  const apart = { m: EU[1], a: all, z: all, b: all, y: all };
  expect(answers()).toEqual(apart);
  // A verdict that changes nothing here: all are decided anew.
  mark({ [EU[0]]: "down", [EU[1]]: "down", [NA]: "down" });
  expect(answers()).toEqual(apart);
  mark({ [EU[1]]: "down" });
  expect(new Set(Object.values(answers()))).toEqual(new Set([EU[0]]));
});

it("DecisionRound gives names that answer alike the same answer sets", () => {
  const { plane, mark } = serveInProcess(write(OLD, ...NEW));
  const distinct = (): number => new Set(plane.steering.map(({ sets }) => sets)).size;
  expect(distinct()).toBe(2);
  mark({ [EU[0]]: "down" });
  expect(distinct()).toBe(2);
});
