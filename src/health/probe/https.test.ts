import type { Server } from "node:http";
import { createServer } from "node:https";
import { afterEach, expect, test } from "vitest";
import {
  CERTIFICATE,
  closeServers,
  createHttpsTarget,
  listen,
  run,
  say,
} from "../../../test/support/probe-servers.ts";

afterEach(closeServers);

const SUCCESS = { kind: "success" };

/** An HTTPS server with the certificate of probe.test; also gives the SNI of each connection. */
async function serveHttps(): Promise<{ port: number; names: unknown[] }> {
  const names: unknown[] = [];
  const server = createServer(CERTIFICATE, (_request, response) => response.end("ok"));
  server.on("secureConnection", (socket) => names.push(socket.servername));
  return { port: await listen(server as unknown as Server), names };
}

test("probe() verifies the certificate and sends the host as SNI", async () => {
  const { port, names } = await serveHttps();
  expect(await run(createHttpsTarget(port))).toEqual(SUCCESS);
  expect(names).toEqual(["probe.test"]);
});

test("probe() sends no SNI for an address, and wants it in the certificate", async () => {
  const { port, names } = await serveHttps();
  expect(await run(createHttpsTarget(port, { host: undefined }))).toEqual(SUCCESS);
  expect(names).toEqual([false]);
  expect(await run(createHttpsTarget(port, { host: "127.0.0.9" }))).toMatchObject({
    contact: true,
    detail: "certificate is not for 127.0.0.9",
  });
});

test("probe() takes a certificate for another name for a wrong answer", async () => {
  const { port } = await serveHttps();
  expect(await run(createHttpsTarget(port, { host: "other.test" }))).toEqual({
    kind: "failure",
    contact: true,
    detail: "certificate is not for other.test",
  });
});

test("probe() takes a certificate of an unknown authority for a wrong answer, unless told not to verify", async () => {
  const { port } = await serveHttps();
  const tls = { verify: true, ca: undefined };
  expect(await run(createHttpsTarget(port, { tls }))).toEqual({
    kind: "failure",
    contact: true,
    detail: "certificate not accepted: depth zero self signed cert",
  });
  expect(await run(createHttpsTarget(port, { tls: { ...tls, verify: false } }))).toEqual(SUCCESS);
});

test("probe() takes a TLS alert, or no TLS at all, for a wrong answer", async () => {
  const server = createServer({
    ...CERTIFICATE,
    minVersion: "TLSv1.3",
    ciphers: "TLS_AES_128_CCM_SHA256",
  });
  const results = [
    await run(createHttpsTarget(await listen(server as unknown as Server))),
    await run(createHttpsTarget(await say("HTTP/1.1 400 Bad Request\r\n\r\n"))),
  ];
  for (const result of results) {
    expect(result).toMatchObject({ kind: "failure", contact: true });
    expect(result).toHaveProperty("detail", expect.stringContaining("TLS handshake failed"));
  }
});

test("probe() does not take a stalled TLS handshake for contact", async () => {
  const port = await say("");
  expect(await run(createHttpsTarget(port, { timeout: 200 }))).toMatchObject({
    contact: false,
    detail: "no answer within 200 ms",
  });
});
