import { once } from "node:events";
import { connect } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { askTcp, askUdp, converseOn, type Endpoint, frame } from "../../test/support/dns-client.ts";
import {
  BIG_OCTETS,
  ECHO,
  echoOptions,
  echoPublication,
  echoQuery,
  readEcho,
} from "../../test/support/echo-engine.ts";
import { query } from "../../test/support/packet.ts";
import {
  askHttp1,
  askHttp2,
  CERTIFICATE_FILES,
  dohPath,
  openHttp2,
  openThroughProxy,
  openTls,
  openTlsSocket,
  proxyHeader,
  RENEWED_CERTIFICATE,
} from "../../test/support/secure-client.ts";
import { until } from "../../test/support/until.ts";
import { parseAddress, parsePrefix } from "../address/parse.ts";
import { DEFAULT_ANSWER_SETTINGS } from "../answer/answer-settings.ts";
import { silentLog } from "../log/log.ts";
import { readCertificate } from "./certificate.ts";
import type { ControlDesk, ControlRequest } from "./control-desk.ts";
import { loadLibc } from "./libc.ts";
import type { ListenAddress } from "./listen-address.ts";
import { type Server, type ServerOptions, startServer } from "./start-server.ts";

const LOOPBACK = parseAddress("127.0.0.1")!;
const PROXIES = [parsePrefix("127.1.0.0/16")!, parsePrefix("127.0.0.0/24")!];

const loaded = await loadLibc();
const paths: ("mmsg" | "dgram")[] = "libc" in loaded ? ["mmsg", "dgram"] : ["dgram"];

let running: Server | undefined;
afterEach(() => running?.close());

async function start(
  listen: Partial<ListenAddress>,
  options: Partial<ServerOptions> = {},
): Promise<{ server: Server; to: Endpoint }> {
  const server = await startServer({
    ...echoOptions,
    udp: "auto",
    workers: 1,
    log: silentLog,
    listen: [{ address: LOOPBACK, port: 0, ...listen }],
    certificate: readCertificate(CERTIFICATE_FILES),
    ...options,
  });
  running = server;
  server.publish(echoPublication(1));
  const { address, port } = server.addresses[0]!;
  return { server, to: { address, port } };
}

describe("DNS over TLS", () => {
  it.each(["TLSv1.2", "TLSv1.3"] as const)(
    "answers over %s, many queries at once",
    async (version) => {
      const { to } = await start({ protocol: "tls" });
      const socket = await openTlsSocket(to, { alpn: ["dot"], version });
      expect(socket.getProtocol()).toBe(version);
      expect(socket.alpnProtocol).toBe("dot");
      const conversation = converseOn(socket);
      const ids = Array.from({ length: 200 }, (_, i) => i + 1);
      conversation.write(Buffer.concat(ids.map((id) => frame(echoQuery(id)))));
      for (const id of ids) {
        const echo = readEcho((await conversation.next())!);
        expect(echo).toMatchObject({ id, family: 4, source: [127, 0, 0, 1] });
      }
      conversation.close();
    },
  );

  it("answers clients without ALPN, refuses those that want something else", async () => {
    const { server, to } = await start({ protocol: "tls" });
    const conversation = converseOn(await openTlsSocket(to));
    conversation.write(frame(echoQuery(5)));
    expect(readEcho((await conversation.next())!).id).toBe(5);
    conversation.end();
    expect(await conversation.next()).toBeUndefined();
    await expect(openTlsSocket(to, { alpn: ["h2"] })).rejects.toThrow(/alert/);
    await until(() => server.counters().tcp.handshakesFailed === 1);
    await until(() => server.counters().tcp.connections === 0);
  });

  it("cuts those who do not speak TLS, and those who say nothing", async () => {
    const { server, to } = await start({ protocol: "tls" }, { limits: { setupMs: 700 } });
    const plain = connect({ host: to.address, port: to.port });
    plain.write(frame(echoQuery(1)));
    plain.resume();
    const silent = connect({ host: to.address, port: to.port });
    silent.resume();
    await Promise.all([once(plain, "close"), once(silent, "close")]);
    expect(server.counters().tcp.accepted).toBe(2);
    await until(() => server.counters().tcp.connections === 0);
  });

  it("ends a connection that never reads, with little kept for it", async () => {
    const { server, to } = await start({ protocol: "tls" });
    const socket = await openTlsSocket(to, { alpn: ["dot"] });
    socket.pause();
    const packet = frame(echoQuery(ECHO.big));
    socket.write(Buffer.concat(new Array<Uint8Array>(1000).fill(packet)));
    await until(() => server.counters().tcp.connections === 0);
    // What fits the buffers of both sides, of 60 MB that were asked for.
    expect(server.counters().answers[0]! * BIG_OCTETS).toBeLessThan(20_000_000);
    socket.destroy();
  });

  it("resumes sessions", async () => {
    const { to } = await start({ protocol: "tls" });
    const first = await openTlsSocket(to, { alpn: ["dot"] });
    const [session] = (await once(first, "session")) as [Buffer];
    first.destroy();
    const second = await openTlsSocket(to, { alpn: ["dot"], session });
    expect(second.isSessionReused()).toBe(true);
    second.destroy();
  });

  it("serves a new certificate to new connections and leaves the others alone", async () => {
    const { server, to } = await start({ protocol: "tls" });
    const before = await openTlsSocket(to);
    server.setCertificate(RENEWED_CERTIFICATE);
    await until(async () => {
      const after = await openTlsSocket(to);
      const { CN } = after.getPeerCertificate().subject;
      after.destroy();
      return CN === "renewed.test";
    });
    const conversation = converseOn(before);
    conversation.write(frame(echoQuery(9)));
    expect(readEcho((await conversation.next())!).id).toBe(9);
    conversation.close();
  });

  it("gives control messages to the desk", async () => {
    const requests: ControlRequest[] = [];
    const desk: ControlDesk = function* (request) {
      requests.push(request);
      for (const number of [1, 2]) yield Uint8Array.of(0, 7, 0x80, number, ...new Uint8Array(8));
    };
    const { to } = await start({ protocol: "tls" }, { desk });
    const octets = query({ id: 7, name: "example.com", type: "AXFR" });
    const conversation = await openTls(to);
    conversation.write(frame(octets));
    for (const number of [1, 2]) expect((await conversation.next())![3]).toBe(number);
    expect(requests).toEqual([{ octets, source: LOOPBACK, transport: "tls" }]);
    conversation.close();
  });

  it("goes on after its thread has died, with the certificate of before", async () => {
    const { server, to } = await start({ protocol: "tls" });
    server.setCertificate(RENEWED_CERTIFICATE);
    const conversation = await openTls(to);
    conversation.write(frame(echoQuery(ECHO.exit)));
    expect(await conversation.next()).toBeUndefined();
    await until(async () => {
      const socket = await openTlsSocket(to).catch(() => undefined);
      const subject = socket?.getPeerCertificate().subject;
      socket?.destroy();
      return subject?.CN === "renewed.test";
    });
    expect(server.counters().restarts).toBe(1);
  });
});

describe("DNS over HTTPS", () => {
  const octets = echoQuery(0x4242);
  const post = {
    method: "POST",
    path: "/dns-query",
    headers: { "content-type": "application/dns-message" },
    body: octets,
  };

  it("answers GET and POST over HTTP/2 and HTTP/1.1", async () => {
    const { server, to } = await start({ protocol: "https" });
    const session = await openHttp2(to);
    const answers = [
      await askHttp2(session, { path: dohPath(octets) }),
      await askHttp2(session, post),
      await askHttp1(to, { path: dohPath(octets) }),
      await askHttp1(to, post),
    ];
    session.close();
    expect(server.counters().tcp).toMatchObject({ queriesTcp: 0, queriesTls: 0, queriesHttps: 4 });
    for (const { status, headers, body } of answers) {
      expect(status).toBe(200);
      expect(headers["content-type"]).toBe("application/dns-message");
      expect(headers["cache-control"]).toBe("private, max-age=0");
      expect(Number(headers["content-length"])).toBe(body.length);
      expect(readEcho(body)).toMatchObject({ id: 0x4242, source: [127, 0, 0, 1] });
    }
  });

  it("has no limit of its own for how long HTTP/1.1 may be idle", async () => {
    const { to } = await start({ protocol: "https" });
    const secured = await openTlsSocket(to, { alpn: ["http/1.1"] });
    secured.write(`GET ${dohPath(octets)} HTTP/1.1\r\nhost: probe.test\r\n\r\n`);
    const [response] = (await once(secured, "data")) as [Buffer];
    secured.destroy();
    expect(response.toString("latin1")).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(response.toString("latin1")).not.toMatch(/^keep-alive:/im);
  });

  it("tells a client of HTTP/2 that was idle for too long, before the connection ends", async () => {
    const { to } = await start({ protocol: "https" }, { limits: { idleMs: 1000 } });
    const session = await openHttp2(to);
    expect((await askHttp2(session, post)).status).toBe(200);
    const told = once(session, "goaway");
    const closed = once(session, "close");
    expect((await told)[0]).toBe(0);
    await closed;
  });

  it("tells a client of HTTP/2 whose connection has to go for another one", async () => {
    const { server, to } = await start(
      { protocol: "https" },
      { limits: { connectionsPerSource: 1 } },
    );
    const session = await openHttp2(to);
    expect((await askHttp2(session, post)).status).toBe(200);
    const told = once(session, "goaway");
    const closed = once(session, "close");
    const other = await openHttp2(to);
    expect((await told)[0]).toBe(0);
    await closed;
    expect((await askHttp2(other, post)).status).toBe(200);
    expect(server.counters().tcp).toMatchObject({ evicted: 1, connections: 1 });
    other.close();
  });

  it("answers on its path alone", async () => {
    const { to } = await start({ protocol: "https", path: "/q" });
    expect((await askHttp1(to, { path: dohPath(octets, "/q") })).status).toBe(200);
    expect((await askHttp1(to, { path: dohPath(octets) })).status).toBe(404);
  });

  it("refuses what is no such request, and goes on", async () => {
    const { to } = await start({ protocol: "https" });
    const session = await openHttp2(to);
    const long = new Uint8Array(5000);
    const cases = [
      [{ path: "/" }, 404],
      [{ path: "/dns-query?dns=****" }, 400],
      [{ path: dohPath(long) }, 414],
      [{ path: dohPath(echoQuery(ECHO.silent)) }, 400],
      [{ ...post, method: "PUT" }, 405],
      [{ ...post, headers: { "content-type": "text/plain" } }, 415],
      [{ ...post, body: octets.subarray(0, 11) }, 400],
      [{ ...post, body: long }, 413],
      [{ ...post, body: long, headers: { ...post.headers, "content-length": "5000" } }, 413],
    ] as const;
    for (const [question, status] of cases) {
      expect((await askHttp2(session, question)).status).toBe(status);
      expect((await askHttp1(to, question)).status).toBe(status);
    }
    expect((await askHttp1(to, { ...post, method: "PUT" })).headers.allow).toBe("GET, POST");
    expect((await askHttp2(session, post)).status).toBe(200);
    session.close();
  });

  it("answers hundreds of requests on one connection, and keeps little for who reads none", async () => {
    const { server, to } = await start({ protocol: "https" });
    const session = await openHttp2(to);
    const answers = await Promise.all(
      Array.from({ length: 300 }, (_, i) => askHttp2(session, { path: dohPath(echoQuery(i + 1)) })),
    );
    expect(answers.map(({ body }) => readEcho(body).id)).toEqual(
      Array.from({ length: 300 }, (_, i) => i + 1),
    );
    session.close();

    const greedy = await openHttp2(to);
    greedy.setLocalWindowSize(65_535);
    let refused = 0;
    for (let i = 0; i < 60; i++) {
      const stream = greedy.request({ ":path": dohPath(echoQuery(ECHO.big)) });
      stream.on("error", () => {});
      stream.on("response", ({ ":status": status }) => {
        if (status === 503) refused += 1;
      });
    }
    // Who has taken all that it was given, and told so, is not cut but told to go; what it has not read is its own business.
    await until(() => server.counters().tcp.connections === 0);
    expect(refused).toBeGreaterThan(50);
    expect(refused * BIG_OCTETS).toBeGreaterThan(0);
    greedy.destroy();
  });

  it("keeps little for who sends many requests over HTTP/1.1 in one piece", async () => {
    const { to } = await start({ protocol: "https" });
    const socket = await openTlsSocket(to, { alpn: ["http/1.1"] });
    const request = `GET ${dohPath(echoQuery(ECHO.big))} HTTP/1.1\r\nHost: probe.test\r\n\r\n`;
    let text = "";
    socket.on("data", (part: Buffer) => {
      text += part.toString("latin1");
    });
    const countOf = (status: number): number => text.split(`HTTP/1.1 ${status} `).length - 1;
    socket.write(request.repeat(60));
    await until(() => countOf(200) + countOf(503) === 60);
    expect(countOf(503)).toBeGreaterThan(50);
    // What was kept has gone out.
    socket.write(request);
    await until(() => countOf(200) + countOf(503) === 61);
    expect(text.slice(text.lastIndexOf("HTTP/1.1 "))).toMatch(/^HTTP\/1.1 200 /);
    socket.destroy();
  });

  it("takes a request for a whole URL over HTTP/1.1", async () => {
    const { to } = await start({ protocol: "https" });
    const path = dohPath(echoQuery(7));
    const reply = await askHttp1(to, { path: `https://probe.test${path}` });
    expect(reply.status).toBe(200);
    expect(readEcho(reply.body).id).toBe(7);
    expect((await askHttp1(to, { path: `https://probe.test/elsewhere${path}` })).status).toBe(404);
  });

  it("cuts a client that sends the body of a request too slowly", async () => {
    const { to } = await start({ protocol: "https" }, { limits: { messageMs: 700 } });
    const session = await openHttp2(to);
    const stream = session.request({ ":method": "POST", ":path": "/dns-query", ...post.headers });
    stream.on("error", () => {});
    stream.write(octets.subarray(0, 5));
    const drip = setInterval(() => {
      if (!session.destroyed) askHttp2(session, { path: dohPath(octets) }).catch(() => {});
    }, 100);
    await until(() => session.destroyed);
    clearInterval(drip);
  });

  it("cuts a client that opens requests only to reset them", async () => {
    const { server, to } = await start({ protocol: "https" });
    const session = await openHttp2(to);
    const churn = (): void => {
      for (let i = 0; i < 50 && !session.destroyed; i++) {
        const stream = session.request({ ":path": dohPath(octets) });
        stream.on("error", () => {});
        stream.on("ready", () => stream.close(8));
      }
      if (!session.destroyed) setImmediate(churn);
    };
    churn();
    await until(() => session.destroyed && server.counters().tcp.connections === 0);
    expect((await askHttp1(to, { path: dohPath(octets) })).status).toBe(200);
  });

  it("lets an operator ask for an explanation, and leaves transfers to those who can stream", async () => {
    const transports: string[] = [];
    const desk: ControlDesk = function* ({ octets: [high, low], transport }) {
      transports.push(transport);
      yield Uint8Array.of(high!, low!, 0x84, 0, ...new Uint8Array(8));
    };
    const operators = [parsePrefix("127.0.0.1/32")!];
    const settings = { ...DEFAULT_ANSWER_SETTINGS, operators };
    const { to } = await start({ protocol: "https" }, { desk, settings });
    const explain = query({ name: "explain.www.example.com", type: "TXT", class: "CH" });
    const transfer = query({ name: "example.com", type: "AXFR" });
    const session = await openHttp2(to);
    expect((await askHttp2(session, { path: dohPath(explain) })).body).toHaveLength(12);
    expect((await askHttp1(to, { path: dohPath(explain) })).body).toHaveLength(12);
    expect(transports).toEqual(["https", "https"]);
    await askHttp2(session, { path: dohPath(transfer) });
    expect(transports).toHaveLength(2);
    session.close();
  });
});

describe.each(paths)("the PROXY protocol, with UDP on the path %s", (path) => {
  const client = "203.0.113.7";
  const source = [203, 0, 113, 7];

  async function ask(to: Endpoint, packet: Uint8Array, from = "127.0.0.1", waitMs = 10_000) {
    const answer = await askUdp(to, packet, waitMs, from);
    return answer && readEcho(answer);
  }

  it("makes the client that a proxy names the client, in every datagram anew", async () => {
    const { to } = await start({ proxies: PROXIES }, { udp: path });
    const join = (header: Uint8Array): Uint8Array => Buffer.concat([header, echoQuery(7)]);
    expect(await ask(to, join(proxyHeader({ client })))).toMatchObject({ id: 7, source });
    expect(await ask(to, join(proxyHeader({ client: "2001:db8::7" })))).toMatchObject({
      family: 6,
      source: [...parseAddress("2001:db8::7")!.octets],
    });
    expect(await ask(to, join(proxyHeader({})), "127.1.2.3")).toMatchObject({
      family: 4,
      source: [127, 1, 2, 3],
    });
    expect(await ask(to, join(proxyHeader({ client, extra: new Uint8Array(99) })))).toMatchObject({
      source,
    });
  });

  it("answers no proxy that names nobody, and nobody else who plays one", async () => {
    const { to } = await start({ proxies: PROXIES }, { udp: path });
    const proxied = Buffer.concat([proxyHeader({ client }), echoQuery(7)]);
    expect(await ask(to, echoQuery(7), "127.2.0.1")).toMatchObject({ source: [127, 2, 0, 1] });
    const silence = (packet: Uint8Array, from?: string) => ask(to, packet, from, 300);
    expect(await silence(echoQuery(7))).toBeUndefined();
    expect(await silence(proxied.subarray(0, 20))).toBeUndefined();
    expect(await silence(proxied, "127.2.0.1")).toBeUndefined();
    expect(await ask(to, proxied)).toMatchObject({ source });
  });

  it("gives control messages to the desk under the client's address", async () => {
    const requests: ControlRequest[] = [];
    const desk: ControlDesk = (request) => {
      requests.push(request);
      return [new Uint8Array(12)];
    };
    const { to } = await start({ proxies: PROXIES }, { udp: path, desk });
    const octets = query({ name: "example.com", type: "SOA", opcode: 4 });
    await askUdp(to, Buffer.concat([proxyHeader({ client }), octets]), 10_000);
    expect(requests).toEqual([{ octets, source: parseAddress(client), transport: "udp" }]);
  });
});

describe("the PROXY protocol on connections", () => {
  const client = "203.0.113.7";

  it.each(["dns", "tls"] as const)("makes the client of a connection for %s", async (protocol) => {
    const { to } = await start({ protocol, proxies: PROXIES });
    for (const [header, family] of [
      [proxyHeader({ client }), 4],
      [proxyHeader({ client: "2001:db8::7", extra: new Uint8Array(99) }), 6],
      [proxyHeader({}), 4],
    ] as const) {
      const socket = await openThroughProxy(to, header);
      const conversation = protocol === "tls" ? await openTls(to, socket) : converseOn(socket);
      conversation.write(frame(echoQuery(8)));
      expect(readEcho((await conversation.next())!)).toMatchObject({ id: 8, family });
      conversation.close();
    }
  });

  it("makes the client of a connection for https", async () => {
    const { to } = await start({ protocol: "https", proxies: PROXIES });
    const socket = await openThroughProxy(to, proxyHeader({ client }));
    const secured = await openTlsSocket(to, { alpn: ["http/1.1"], socket });
    secured.write(
      `GET ${dohPath(echoQuery(8))} HTTP/1.1\r\nhost: probe.test\r\nconnection: close\r\n\r\n`,
    );
    const chunks: Uint8Array[] = [];
    for await (const chunk of secured) chunks.push(chunk as Uint8Array);
    const response = Buffer.concat(chunks);
    const body = response.subarray(response.indexOf("\r\n\r\n") + 4);
    expect(readEcho(body)).toMatchObject({ id: 8, source: [203, 0, 113, 7] });
  });

  it.each(["dns", "tls", "https"] as const)(
    "cuts whoever plays a proxy on an address for %s, and takes others as they are",
    async (protocol) => {
      const { to } = await start({ protocol, proxies: [parsePrefix("127.1.0.0/16")!] });
      const socket = await openThroughProxy(to, proxyHeader({ client }));
      expect(await converseOn(socket).next()).toBeUndefined();
      if (protocol !== "dns") return;
      expect(readEcho((await askTcp(to, echoQuery(8)))!).source).toEqual([127, 0, 0, 1]);
    },
  );

  it("reads a header that comes octet by octet, or with the query behind it", async () => {
    const { to } = await start({ proxies: PROXIES });
    const octets = Buffer.concat([proxyHeader({ client }), frame(echoQuery(8))]);
    const slow = converseOn(await openThroughProxy(to, new Uint8Array(0)));
    for (const octet of octets) {
      slow.write(Uint8Array.of(octet));
      await new Promise((resolve) => setImmediate(resolve));
    }
    const fast = converseOn(await openThroughProxy(to, octets));
    for (const conversation of [slow, fast]) {
      const echo = readEcho((await conversation.next())!);
      expect(echo.source).toEqual([203, 0, 113, 7]);
      conversation.close();
    }
  });

  it("cuts a proxy that names nobody, at once or when its time is up", async () => {
    const { server, to } = await start({ proxies: PROXIES }, { limits: { setupMs: 700 } });
    expect(await askTcp(to, echoQuery(8))).toBeUndefined();
    const cut = converseOn(await openThroughProxy(to, proxyHeader({ client }).subarray(0, 20)));
    expect(await cut.next()).toBeUndefined();
    await until(() => server.counters().tcp.connections === 0);
  });

  it("counts connections per client, and none against the proxy", async () => {
    const limits = { connectionsPerSource: 2, connections: 20 };
    const { server, to } = await start({ proxies: PROXIES }, { limits });
    const open = (from: string) => openThroughProxy(to, proxyHeader({ client: from }));
    const waiting = await Promise.all(
      Array.from({ length: 5 }, () => openThroughProxy(to, new Uint8Array(0))),
    );
    for (let i = 1; i <= 4; i++) await open(`198.51.100.${i}`);
    await until(() => server.counters().tcp.connections === 9);
    expect(server.counters().tcp.evicted).toBe(0);
    await Promise.all([open(client), open(client), open(client)]);
    await until(() => server.counters().tcp.evicted === 1);
    for (const socket of waiting) socket.destroy();
  });
});
