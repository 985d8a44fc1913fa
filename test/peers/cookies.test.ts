/** Servers with one secret take each other's cookies (RFC 9018): those of BIND, Knot and NSD ours, and we theirs. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { COOKIE, CookieJar } from "../../src/answer/cookie-jar.ts";
import { createCookieSecrets } from "../../src/answer/cookie-secrets.ts";
import { askUdp, type Endpoint } from "../support/dns-client.ts";
import { type Message, readMessage } from "../support/message.ts";
import { concat, fromHex, option, query } from "../support/packet.ts";
import { describeWithPeers, type Peer, runPeer, startPeer } from "../support/peers.ts";
import { findFreePort } from "../support/ports.ts";
import { type Rondo, startRondo } from "../support/rondo.ts";

const SECRET = "e5e973e5a6b2a43f48e7dc849e37bfcf";
const CLIENT = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
const MASTER = `$ORIGIN example.com.
@ 300 SOA ns1 hostmaster 1 7200 1800 1209600 15
@ 300 NS ns1
ns1 300 A 192.0.2.53
www 300 A 192.0.2.1
`;
const ZONES = { "z.yaml": "zone: example.com.\nrecords: { www: { type: A, value: 192.0.2.1 } }\n" };

let folder: string;
let rondo: Rondo;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "rondo-cookies-"));
  writeFileSync(join(folder, "zone"), MASTER);
  writeFileSync(join(folder, "secrets"), `# shared\n${SECRET}\n`);
  const config = `geo: { databases: [] }\ncookies: { require: true, secret_file: ${join(folder, "secrets")} }\n`;
  rondo = await startRondo({ zones: ZONES, config, args: ["--workers", "1"] });
});
afterAll(async () => {
  await rondo?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function ask(to: Endpoint, cookie: Uint8Array): Promise<Message> {
  const packet = query({ name: "www.example.com", edns: { options: [option(10, cookie)] } });
  return readMessage((await askUdp(to, packet))!);
}

function cookieIn(message: Message): Uint8Array {
  return message.edns!.options.find(({ code }) => code === 10)!.data;
}

/** One that rondo with the secret has made for us a while ago. */
function makeCookie(secret: string, ageSeconds: number): Uint8Array {
  const secrets = createCookieSecrets([fromHex(secret)]);
  const settings = { secrets, isRequired: false, limitWithout: 1232 };
  const jar = new CookieJar(settings, () => Date.now() - ageSeconds * 1000);
  expect(jar.check(CLIENT, 0, 8, Uint8Array.of(127, 0, 0, 1), 4, 0)).toBe(COOKIE.fresh);
  return concat(CLIENT, jar.serverCookie);
}

/** By program: writes its configuration and returns its arguments. */
const CONFIGURE = {
  named: (place: string, port: number): string[] => {
    const file = join(place, "named.conf");
    writeFileSync(
      file,
      `options { directory "${place}"; listen-on port ${port} { 127.0.0.1; }; listen-on-v6 { none; };
recursion no; pid-file none; session-keyfile "${place}/session.key"; dnssec-validation no; notify no;
cookie-algorithm siphash24; cookie-secret "${SECRET}"; require-server-cookie yes; };
controls { };
zone "example.com" { type primary; file "${folder}/zone"; };
`,
    );
    return ["-g", "-n", "1", "-c", file];
  },
  knotd: (place: string, port: number): string[] => {
    const file = join(place, "knot.conf");
    writeFileSync(
      file,
      `server:
    rundir: "${place}"
    listen: 127.0.0.1@${port}
database:
    storage: "${place}"
mod-cookies:
  - id: default
    secret: 0x${SECRET}
    badcookie-slip: 1
template:
  - id: default
    global-module: mod-cookies/default
zone:
  - domain: example.com
    file: "${folder}/zone"
`,
    );
    return ["-c", file];
  },
  nsd: (place: string, port: number): string[] => {
    const file = join(place, "nsd.conf");
    writeFileSync(
      file,
      `server:
  ip-address: 127.0.0.1@${port}
  username: ""
  zonesdir: ""
  database: ""
  pidfile: ""
  xfrdfile: ""
  zonelistfile: "${place}/zone.list"
  xfrdir: "${place}"
  server-count: 1
  answer-cookie: yes
  cookie-secret: "${SECRET}"
remote-control:
  control-enable: no
zone:
  name: "example.com"
  zonefile: "${folder}/zone"
`,
    );
    return ["-d", "-c", file];
  },
} as const;

for (const program of ["named", "knotd", "nsd"] as const) {
  describeWithPeers(program, [program], () => {
    let peer: Peer;
    let to: Endpoint;
    beforeAll(async () => {
      const place = join(folder, program);
      mkdirSync(place);
      to = { address: "127.0.0.1", port: await findFreePort("127.0.0.1") };
      const soa = query({ name: "example.com", type: "SOA" });
      peer = await startPeer(program, CONFIGURE[program](place, to.port), async () => {
        const reply = await askUdp(to, soa, 200).catch(() => undefined);
        return reply !== undefined;
      });
    });
    afterAll(() => peer?.stop());

    test("takes a cookie of ours, and gives it back as it is", async () => {
      const ours = makeCookie(SECRET, 600);
      const answered = await ask(to, ours);
      expect(answered.rcode).toBe("NOERROR");
      // BIND makes a new one for every response.
      if (program !== "named") expect(cookieIn(answered)).toEqual(ours);
      const forged = await ask(to, makeCookie("0".repeat(32), 600));
      if (program !== "nsd") expect(forged.rcode).toBe("BADCOOKIE");
      expect(cookieIn(forged)).not.toEqual(makeCookie("0".repeat(32), 600));
    });

    test("makes cookies that we take", async () => {
      const theirs = cookieIn(await ask(to, CLIENT));
      expect(theirs).toHaveLength(24);
      const answered = await ask(rondo.endpoint, theirs);
      expect([answered.rcode, cookieIn(answered)]).toEqual(["NOERROR", theirs]);
      theirs[23]! ^= 1;
      expect((await ask(rondo.endpoint, theirs)).rcode).toBe("BADCOOKIE");
    });
  });
}

describe("a change of the secret file", () => {
  test("reaches the threads that answer, while they do", async () => {
    const next = "445536bcd2513298075a5d379663c962";
    const [old, made] = [makeCookie(SECRET, 60), makeCookie(next, 60)];
    expect((await ask(rondo.endpoint, old)).rcode).toBe("NOERROR");
    expect((await ask(rondo.endpoint, made)).rcode).toBe("BADCOOKIE");
    writeFileSync(join(folder, "secrets"), `${next}\n${SECRET}\n`);
    await rondo.waitForOutput(/cookie secrets changed/);
    expect((await ask(rondo.endpoint, made)).rcode).toBe("NOERROR");
    expect((await ask(rondo.endpoint, old)).rcode).toBe("NOERROR");
    expect(rondo.output()).not.toContain(SECRET);
  });
});

describeWithPeers("dig and kdig", ["dig", "kdig"], () => {
  test("ask again with the cookie that came with BADCOOKIE", async () => {
    const { address, port } = rondo.endpoint;
    const args = [`@${address}`, "-p", `${port}`, "+cookie", "www.example.com"];
    for (const program of ["dig", "kdig"]) {
      const { stdout } = await runPeer(program, args);
      expect(stdout).toMatch(/status: NOERROR[\s\S]*192\.0\.2\.1/);
    }
    const { stdout } = await runPeer("dig", [...args, "+showbadcookie"]);
    expect(stdout).toMatch(/status: BADCOOKIE[\s\S]*status: NOERROR/);
  });
});
