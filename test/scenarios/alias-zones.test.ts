/** ALIAS records that lead from zone to zone, and out of them: what the last one knows is the answer. */
import { expect, test } from "vitest";
import { fillAliases } from "../../src/control/fill-aliases.ts";
import { formatName } from "../../src/wire/name.ts";
import { TYPE_A } from "../../src/wire/rr-types.ts";
import { serveInProcess } from "../support/in-process.ts";
import { readMessage } from "../support/message.ts";
import { query } from "../support/packet.ts";

/** `www` of each zone is an ALIAS of that of the next. */
const APEXES = ["a.example.", "b.example.", "c.example.", "d.example."];
/** A zone that has given part of itself away. */
const PARENT = `
zone: parent.example.
soa: { mname: ns1.parent.example., rname: hostmaster.parent.example. }
records:
  "": { type: NS, values: [ns1.outside.test.] }
  sub: { type: NS, values: [ns2.outside.test.] }
`;

test.each([
  ["in no zone", "www.outside.test."],
  ["below a zone cut", "www.sub.parent.example."],
])("an ALIAS over many zones is answered with what is known of a target %s", (_, outside) => {
  const files = APEXES.map((apex, i) => {
    const target = APEXES[i + 1] === undefined ? outside : `www.${APEXES[i + 1]}`;
    return [
      `${apex}yaml`,
      `
zone: ${apex}
soa: { mname: ns1.${apex}, rname: hostmaster.${apex} }
records:
  "": { type: NS, values: [ns1.outside.test.] }
  www: { type: ALIAS, value: ${target} }
`,
    ];
  });
  const server = serveInProcess({ ...Object.fromEntries(files), "parent.yaml": PARENT });
  const targets = [...APEXES.map((apex) => `www.${apex}`), outside];
  const filled = server.plane.zones.map(({ zone }) =>
    fillAliases(zone, {
      isInside: () => false,
      // Of every target something else.
      find: (name, type) => ({
        rdata: type === TYPE_A ? [Uint8Array.of(192, 0, 2, targets.indexOf(formatName(name)))] : [],
        ttl: 60,
      }),
    }),
  );
  server.plane.replacePools(filled);
  for (const apex of APEXES) {
    const answer = readMessage(server.ask(query({ name: `www.${apex}`, type: "A" }), "udp")!);
    expect(answer.answer.map(({ owner, rdata }) => `${owner} ${rdata}`)).toEqual([
      `www.${apex} 192.0.2.${APEXES.length}`,
    ]);
  }
});
