import { afterEach, expect, test } from "vitest";
import {
  closeServers,
  createHttpTarget,
  probe,
  run,
  say,
  serveHttp,
  serveTcp,
  USER_AGENT,
} from "../../../test/support/probe-servers.ts";
import type { ProbeResult } from "../result.ts";

afterEach(closeServers);

const SUCCESS = { kind: "success" };

test("probe() passes on an expected status, without waiting for the body", async () => {
  const port = await serveHttp((_request, response) => {
    response.writeHead(200);
    response.write("never ended");
  });
  expect(await run(createHttpTarget(port))).toEqual(SUCCESS);
});

test("probe() asks as the check says", async () => {
  const seen: unknown[] = [];
  const port = await serveHttp(({ method, url, headers }, response) => {
    seen.push({ method, url, ...headers });
    response.end();
  });
  await run(createHttpTarget(port, { host: "www.example.com", headers: { "X-Token": "abc" } }));
  expect(seen).toEqual([
    {
      method: "GET",
      url: "/healthz",
      host: `www.example.com:${port}`,
      "user-agent": USER_AGENT,
      accept: "*/*",
      "accept-encoding": "identity",
      connection: "close",
      "x-token": "abc",
    },
  ]);
});

test("probe() names the address where the check names no host, and lets the check's headers win", async () => {
  const seen: unknown[] = [];
  const port = await serveHttp(({ method, headers }, response) => {
    seen.push([method, headers.host, headers["user-agent"]]);
    response.end();
  });
  await run(createHttpTarget(port, { method: "HEAD" }));
  await run(createHttpTarget(port, { headers: { HOST: "other.test", "user-agent": "me" } }));
  expect(seen).toEqual([
    ["HEAD", `127.0.0.1:${port}`, USER_AGENT],
    ["GET", "other.test", "me"],
  ]);
});

test("probe() takes another status for a wrong answer", async () => {
  const port = await serveHttp((_request, response) => response.writeHead(503).end("secret"));
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
  const port = await serveHttp((_request, response) => {
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
  const port = await serveHttp((_request, response) => {
    response.write("status: he");
    setImmediate(() => response.write("althy"));
  });
  expect(await run(createHttpTarget(port, { body: "healthy" }))).toEqual(SUCCESS);
});

test("probe() takes a body without the text for a wrong answer, and tells nothing of it", async () => {
  const port = await serveHttp((_request, response) => response.end("secret"));
  expect(await run(createHttpTarget(port, { body: "healthy" }))).toEqual({
    kind: "failure",
    contact: true,
    detail: 'body does not contain "healthy"',
  });
});

test("probe() reads no more than 64 KiB of a body", async () => {
  const port = await serveHttp((_request, response) => {
    response.write(Buffer.alloc(64 * 1024, "x"));
    response.write("healthy");
  });
  expect(await run(createHttpTarget(port, { body: "healthy" }))).toMatchObject({ contact: true });
  expect(await run(createHttpTarget(port, { body: "xxxx" }))).toEqual(SUCCESS);
});

test("probe() does not decompress", async () => {
  const port = await serveHttp((_request, response) => {
    response.writeHead(200, { "Content-Encoding": "gzip" }).end("plain healthy");
  });
  expect(await run(createHttpTarget(port, { body: "healthy" }))).toEqual(SUCCESS);
});

test("probe() takes a refused connection for silence", async () => {
  const port = await serveHttp(() => {});
  await closeServers();
  expect(await run(createHttpTarget(port))).toEqual({
    kind: "failure",
    contact: false,
    detail: "connection refused",
  });
});

test("probe() takes a connection closed without an answer for silence", async () => {
  const port = await serveTcp((socket) => socket.destroy());
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
  const port = await serveTcp((socket) => {
    socket.write("HTTP/1.1 200 OK\r\nX-Slow: ");
    const timer = setInterval(() => socket.write("x"), 10);
    socket.once("close", () => clearInterval(timer));
  });
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

test("the function that probe() returns cancels it without a result", async () => {
  let accepted = (): void => {};
  let closed = (): void => {};
  const acceptance = new Promise<void>((resolve) => (accepted = resolve));
  const closure = new Promise<void>((resolve) => (closed = resolve));
  const port = await serveTcp((socket) => {
    socket.once("data", accepted);
    socket.once("end", closed);
    socket.resume();
  });
  const results: ProbeResult[] = [];
  const cancel = probe(createHttpTarget(port), (result) => results.push(result));
  probe(createHttpTarget(port), (result) => results.push(result))();
  await acceptance;
  cancel();
  await closure;
  expect(results).toEqual([]);
});
