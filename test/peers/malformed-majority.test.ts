import { expect, test } from "vitest";
import { APEX, MALFORMED_CASES } from "../hostile/malformed-cases.ts";
import { MALFORMED_EXPECTATIONS } from "../hostile/malformed-expectations.ts";
import { askUdpAll } from "../support/dns-client.ts";
import { readMessage } from "../support/message.ts";
import { NAME_SERVERS, startNameServer } from "../support/name-servers.ts";
import { describeWithPeers } from "../support/peers.ts";

const MASTER = `$ORIGIN ${APEX}.
$TTL 60
@ 3600 SOA ns1 hostmaster 1 7200 1800 1209600 60
@ 3600 NS ns1
@ 3600 NS ns2
ns1 A 192.0.2.53
ns2 A 192.0.2.54
www A 192.0.2.1
www A 192.0.2.2
www A 192.0.2.3
`;

describeWithPeers("what others answer to malformed queries", NAME_SERVERS, () => {
  test("is what we expect of ourselves wherever three of four agree, or the reason is written down", async () => {
    const columns = await Promise.all(
      NAME_SERVERS.map(async (program) => {
        const server = await startNameServer(program, APEX, MASTER);
        try {
          const packets = MALFORMED_CASES.map(({ packet }) => packet);
          return (await askUdpAll(server, packets, 3000)).map(outcomeOf);
        } finally {
          await server.stop();
        }
      }),
    );
    const surprises = MALFORMED_CASES.flatMap(({ id }, row) => {
      const answers = columns.map((column) => column[row] as string);
      const majority = answers.find((one) => answers.filter((other) => other === one).length >= 3);
      const expected = MALFORMED_EXPECTATIONS.get(id);
      const isFollowed = expected?.rcode === majority;
      const hasReason = expected?.because !== undefined;
      return isFollowed === hasReason
        ? [`${id}: ${answers.join(" ")}, we expect ${expected?.rcode}`]
        : [];
    });
    expect(surprises).toEqual([]);
  });
});

function outcomeOf(reply: Uint8Array | undefined): string {
  return reply === undefined ? "silence" : readMessage(reply).rcode;
}
