import { readFileSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, createServer as createTcpServer, type Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import { createCheck } from "../../../test/support/health-targets.ts";
import type { CheckTarget, HealthCheck } from "../../zone/model.ts";
import type { ProbeResult } from "../result.ts";
import { createProbe } from "./probe.ts";

const probe = createProbe("rondo/1.2.3 (health check)");
const TLS = new URL("../../../test/support/tls/", import.meta.url);
const cert = readFileSync(new URL("probe-test.cert.pem", TLS), "utf8");
const key = readFileSync(new URL("probe-test.key.pem", TLS), "utf8");
const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

/** Listens on a free port of 127.0.0.1. */
async function listen(
  server: Pick<Server, "listen" | "address" | "close" | "once" | "on">,
): Promise<number> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.once("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  closers.push(
    () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  );
  return (server.address() as AddressInfo).port;
}

function serve(listener: RequestListener): Promise<number> {
  return listen(createServer(listener));
}

/** A server that writes `text` to every connection and does nothing more. */
function say(text: string): Promise<number> {
  return listen(createTcpServer((socket) => socket.write(text)) as unknown as Server);
}

function createHttpTarget(port: number, settings: Partial<HealthCheck> = {}): CheckTarget {
  const check = createCheck({ timeout: 2000, path: "/healthz", ...settings });
  return { key: "target", address: "127.0.0.1", port, check };
}

function run(target: CheckTarget): Promise<ProbeResult> {
  return new Promise((resolve) => probe(target, resolve));
}

const SUCCESS = { kind: "success" };

test("probe() passes on an expected status, without waiting for the body", async () => {
  const port = await serve((_request, response) => {
    response.writeHead(200);
    response.write("never ended");
  });
  expect(await run(createHttpTarget(port))).toEqual(SUCCESS);
});

test("probe() asks as the check says", async () => {
  const seen: unknown[] = [];
  const port = await serve(({ method, url, headers }, response) => {
    seen.push({ method, url, ...headers });
    response.end();
  });
  await run(createHttpTarget(port, { host: "www.example.com", headers: { "X-Token": "abc" } }));
  expect(seen).toEqual([
    {
      method: "GET",
      url: "/healthz",
      host: `www.example.com:${port}`,
      "user-agent": "rondo/1.2.3 (health check)",
      accept: "*/*",
      "accept-encoding": "identity",
      connection: "close",
      "x-token": "abc",
    },
  ]);
});

test("probe() names the address where the check names no host, and lets the check's headers win", async () => {
  const seen: unknown[] = [];
  const port = await serve(({ method, headers }, response) => {
    seen.push([method, headers.host, headers["user-agent"]]);
    response.end();
  });
  await run(createHttpTarget(port, { method: "HEAD" }));
  await run(createHttpTarget(port, { headers: { HOST: "other.test", "user-agent": "me" } }));
  expect(seen).toEqual([
    ["HEAD", `127.0.0.1:${port}`, "rondo/1.2.3 (health check)"],
    ["GET", "other.test", "me"],
  ]);
});

test("probe() takes another status for a wrong answer", async () => {
  const port = await serve((_request, response) => response.writeHead(503).end("secret"));
  expect(
    await run(
      createHttpTarget(port, {
        expect: [
          [200, 299],
          [404, 404],
        ],
      }),
    ),
  ).toEqual({
    kind: "failure",
    contact: true,
    detail: "HTTP 503, expected 200-299, 404",
  });
});

test("probe() does not follow redirects", async () => {
  let visits = 0;
  const port = await serve((_request, response) => {
    visits++;
    response.writeHead(302, { Location: "/elsewhere" }).end();
  });
  expect(await run(createHttpTarget(port))).toMatchObject({
    contact: true,
    detail: "HTTP 302, expected 200-299",
  });
  expect(visits).toBe(1);
});

test("probe() finds the text of the check across the pieces of a body", async () => {
  const port = await serve((_request, response) => {
    response.write("status: he");
    setImmediate(() => response.write("althy"));
  });
  expect(await run(createHttpTarget(port, { body: "healthy" }))).toEqual(SUCCESS);
});

test("probe() takes a body without the text for a wrong answer, and tells nothing of it", async () => {
  const port = await serve((_request, response) => response.end("secret"));
  expect(await run(createHttpTarget(port, { body: "healthy" }))).toEqual({
    kind: "failure",
    contact: true,
    detail: 'body does not contain "healthy"',
  });
});

test("probe() reads no more than 64 KiB of a body", async () => {
  const port = await serve((_request, response) => {
    response.write(Buffer.alloc(64 * 1024, "x"));
    response.write("healthy");
  });
  expect(await run(createHttpTarget(port, { body: "healthy" }))).toMatchObject({ contact: true });
  expect(await run(createHttpTarget(port, { body: "xxxx" }))).toEqual(SUCCESS);
});

test("probe() does not decompress", async () => {
  const port = await serve((_request, response) => {
    response.writeHead(200, { "Content-Encoding": "gzip" }).end("plain healthy");
  });
  expect(await run(createHttpTarget(port, { body: "healthy" }))).toEqual(SUCCESS);
});

test("probe() takes a refused connection for silence", async () => {
  const port = await serve(() => {});
  await closers.pop()?.();
  expect(await run(createHttpTarget(port))).toEqual({
    kind: "failure",
    contact: false,
    detail: "connection refused",
  });
});

test("probe() takes a connection closed without an answer for silence", async () => {
  const port = await listen(createTcpServer((socket) => socket.destroy()) as unknown as Server);
  expect(await run(createHttpTarget(port))).toEqual({
    kind: "failure",
    contact: false,
    detail: "connection closed without an answer",
  });
});

test("probe() gives up after the timeout", async () => {
  const port = await say("");
  const started = performance.now();
  expect(await run(createHttpTarget(port, { timeout: 200 }))).toEqual({
    kind: "failure",
    contact: false,
    detail: "no answer within 200 ms",
  });
  expect(performance.now() - started).toBeGreaterThanOrEqual(199);
});

test("probe() measures the timeout by the wall, not between octets", async () => {
  const port = await listen(
    createTcpServer((socket) => {
      socket.write("HTTP/1.1 200 OK\r\nX-Slow: ");
      const timer = setInterval(() => socket.write("x"), 10);
      socket.once("close", () => clearInterval(timer));
    }) as unknown as Server,
  );
  expect(await run(createHttpTarget(port, { timeout: 300 }))).toMatchObject({
    contact: false,
    detail: "no answer within 300 ms",
  });
});

test("probe() does not take a body that stops half-way for contact", async () => {
  const port = await say("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nheal");
  expect(await run(createHttpTarget(port, { timeout: 200, body: "healthy" }))).toEqual({
    kind: "failure",
    contact: false,
    detail: "no whole body within 200 ms",
  });
});

test.for([
  { name: "no HTTP", text: "220 smtp.example.com ESMTP\r\n", detail: "not an HTTP answer" },
  {
    name: "a header without end",
    text: `HTTP/1.1 200 OK\r\nX: ${"x".repeat(20_000)}`,
    detail: "HTTP header too large",
  },
  {
    name: "a switch of protocols",
    text: "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n",
    detail: "HTTP 101 opens a tunnel, expected 200-299",
  },
  {
    name: "interim answers without end",
    text: "HTTP/1.1 103 Early Hints\r\n\r\n".repeat(1000),
    detail: "endless interim answers",
  },
])("probe() takes $name for a wrong answer", async ({ text, detail }) => {
  expect(await run(createHttpTarget(await say(text)))).toEqual({
    kind: "failure",
    contact: true,
    detail,
  });
});

test("probe() calls a check inconclusive that cannot be sent", async () => {
  expect(await run(createHttpTarget(1, { path: "/with space" }))).toEqual({
    kind: "inconclusive",
    detail: "the check cannot be sent (ERR_UNESCAPED_CHARACTERS)",
  });
});

test.for(["localhost", "169.254.169.254", "::ffff:169.254.169.254", "fe80::1", "fd00:ec2::254"])(
  "probe() never connects to %s",
  async (address) => {
    const result = await run({ ...createHttpTarget(80), address });
    expect(result.kind).toBe("inconclusive");
  },
);

function createTlsTarget(port: number, settings: Partial<HealthCheck> = {}): CheckTarget {
  return createHttpTarget(port, {
    protocol: "HTTPS",
    host: "probe.test",
    tls: { verify: true, ca: cert },
    ...settings,
  });
}

/** An HTTPS server with the certificate of probe.test; also gives the SNI of each connection. */
async function serveTls(): Promise<{ port: number; names: unknown[] }> {
  const names: unknown[] = [];
  const server = createTlsServer({ key, cert }, (_request, response) => response.end("ok"));
  server.on("secureConnection", (socket) => names.push(socket.servername));
  return { port: await listen(server as unknown as Server), names };
}

test("probe() verifies the certificate and sends the host as SNI", async () => {
  const { port, names } = await serveTls();
  expect(await run(createTlsTarget(port))).toEqual(SUCCESS);
  expect(names).toEqual(["probe.test"]);
});

test("probe() sends no SNI for an address, and wants it in the certificate", async () => {
  const { port, names } = await serveTls();
  expect(await run(createTlsTarget(port, { host: undefined }))).toEqual(SUCCESS);
  expect(names).toEqual([false]);
  expect(await run(createTlsTarget(port, { host: "127.0.0.9" }))).toMatchObject({
    contact: true,
    detail: "certificate is not for 127.0.0.9",
  });
});

test("probe() takes a certificate for another name for a wrong answer", async () => {
  const { port } = await serveTls();
  expect(await run(createTlsTarget(port, { host: "other.test" }))).toEqual({
    kind: "failure",
    contact: true,
    detail: "certificate is not for other.test",
  });
});

test("probe() takes a certificate of an unknown authority for a wrong answer, unless told not to verify", async () => {
  const { port } = await serveTls();
  const tls = { verify: true, ca: undefined };
  expect(await run(createTlsTarget(port, { tls }))).toEqual({
    kind: "failure",
    contact: true,
    detail: "certificate not accepted: depth zero self signed cert",
  });
  expect(await run(createTlsTarget(port, { tls: { ...tls, verify: false } }))).toEqual(SUCCESS);
});

test("probe() takes a TLS alert, or no TLS at all, for a wrong answer", async () => {
  const server = createTlsServer({
    key,
    cert,
    minVersion: "TLSv1.3",
    ciphers: "TLS_AES_128_CCM_SHA256",
  });
  const results = [
    await run(createTlsTarget(await listen(server as unknown as Server))),
    await run(createTlsTarget(await say("HTTP/1.1 400 Bad Request\r\n\r\n"))),
  ];
  for (const result of results) {
    expect(result).toMatchObject({ kind: "failure", contact: true });
    expect(result).toHaveProperty("detail", expect.stringContaining("TLS handshake failed"));
  }
});

test("probe() does not take a stalled TLS handshake for contact", async () => {
  const port = await say("");
  expect(await run(createTlsTarget(port, { timeout: 200 }))).toMatchObject({
    contact: false,
    detail: "no answer within 200 ms",
  });
});

test("the function that probe() returns cancels it without a result", async () => {
  let accepted = (): void => {};
  let closed = (): void => {};
  const acceptance = new Promise<void>((resolve) => (accepted = resolve));
  const closure = new Promise<void>((resolve) => (closed = resolve));
  const port = await listen(
    createTcpServer((socket) => {
      socket.once("data", accepted);
      socket.once("close", closed);
      socket.resume();
    }) as unknown as Server,
  );
  const results: ProbeResult[] = [];
  const cancel = probe(createHttpTarget(port), (result) => results.push(result));
  probe(createHttpTarget(port), (result) => results.push(result))();
  await acceptance;
  cancel();
  await closure;
  expect(results).toEqual([]);
});

test("probe() leaves no socket and no timer behind at 500 hostile servers", async () => {
  const head = "HTTP/1.1 200 OK\r\n\r\n";
  const behaviours: ((socket: Socket) => void)[] = [
    () => {},
    (socket) => {
      socket.write(head);
      const flood = (): void => {
        while (!socket.destroyed && socket.write(Buffer.alloc(16_384, "x")));
      };
      socket.on("drain", flood);
      flood();
    },
    (socket) => {
      socket.write(head);
      const timer = setInterval(() => socket.write("x"), 20);
      socket.once("close", () => clearInterval(timer));
    },
    (socket) => socket.end(),
    (socket) => socket.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffff\r\n"),
  ];
  let turn = 0;
  let open = 0;
  let allClosed = (): void => {};
  const server = createTcpServer({ allowHalfOpen: true }, (socket) => {
    open++;
    socket.once("close", () => {
      open--;
      if (open === 0) allClosed();
    });
    socket.on("end", () => socket.destroy());
    socket.resume();
    behaviours[turn++ % behaviours.length]!(socket);
  });
  const port = await listen(server as unknown as Server);
  const timersBefore = countResources("Timeout");
  const targets = Array.from({ length: 500 }, (_, i) => {
    const settings = { timeout: 1000, body: "healthy" };
    return i % 10 === 0 ? createTlsTarget(port, settings) : createHttpTarget(port, settings);
  });
  const results = await Promise.all(targets.map(run));
  expect(results.map(({ kind }) => kind)).toEqual(Array(500).fill("failure"));
  if (open > 0) await new Promise<void>((resolve) => (allClosed = resolve));
  expect(countResources("TCPSocketWrap")).toBe(0);
  expect(countResources("Timeout")).toBeLessThanOrEqual(timersBefore);
});

function countResources(name: string): number {
  return process.getActiveResourcesInfo().filter((resource) => resource === name).length;
}
