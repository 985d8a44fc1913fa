import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import type { StateReport } from "../../src/admin/api.ts";
import { ROUTES } from "../../src/admin/routes.ts";
import type { AdminServices } from "../../src/admin/services.ts";
import { type Admin, type AdminOptions, startAdmin } from "../../src/admin/start-admin.ts";
import { systemClock } from "../../src/clock/clock.ts";
import type { LogFields } from "../../src/log/log.ts";
import { silentLog } from "../../src/log/log.ts";
import { ask, sendRaw } from "../support/raw-http.ts";

const TOKEN = "0123456789abcdef0123456789abcdef";
const READ_TOKEN = "fedcba9876543210fedcba9876543210";
const MEGABYTE = 1024 * 1024;

const STATE: StateReport = {
  version: "1.2.3",
  pid: 4711,
  startedAt: "2026-01-01T00:00:00.000Z",
  now: "2026-01-01T00:00:00.000Z",
  ready: true,
  blind: false,
  certificate: null,
  stateDirectory: "/var/lib/rondo",
  copyProblem: null,
  zones: [],
  overrides: [],
  peers: [],
  problems: [],
};

interface Bench {
  readonly admin: Admin;
  readonly port: number;
  readonly lines: { fields: LogFields; message: string }[];
  readonly calls: string[];
}

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function start(options: Partial<AdminOptions> = {}): Promise<Bench> {
  const lines: Bench["lines"] = [];
  const calls: string[] = [];
  const note = (fields: LogFields, message: string): void => void lines.push({ fields, message });
  const services: AdminServices = {
    state: () => STATE,
    overrides: () => [],
    explain: () => ({ ok: true, explanation: {} }),
    place: async ({ selector }) => {
      calls.push(`place ${selector.text}`);
      return { kind: "no-match" };
    },
    lift: async () => ({ removed: [], isSaved: true }),
    failback: () => ({ pools: [] }),
    upgrade: async () => ({ takenOver: false, pid: null, version: null, reason: "no" }),
    isUpgrading: () => false,
    reload: async ({ remove }) => {
      calls.push(["reload", ...remove].join(" "));
      return { changed: [], removed: [], kept: [], problems: [] };
    },
    retransfer: async () => undefined,
    serials: () => [],
    answersDns: async () => true,
    isReady: () => false,
    metrics: () => "rondo_up 1\n",
  };
  const admin = await startAdmin({
    listen: { kind: "tcp", address: "127.0.0.1", port: 0 },
    tokens: { write: undefined, read: undefined },
    hosts: [],
    services,
    version: "1.2.3",
    clock: systemClock,
    log: { ...silentLog, info: note, warn: note, error: note },
    ...options,
  });
  closers.push(() => admin.close());
  return { admin, port: Number(/:(\d+)$/.exec(admin.url)?.[1]), lines, calls };
}

const JSON_BODY = { "content-type": "application/json" };
const WITH_TOKENS = { tokens: { write: TOKEN, read: READ_TOKEN } };

describe("who may ask", () => {
  it("answers everybody on this machine where there is no token", async () => {
    const { port } = await start();
    const { status, body, headers } = await ask(port, "/v1/state");
    expect(status).toBe(200);
    expect(JSON.parse(body)).toEqual(STATE);
    expect(headers.get("server")).toBe("rondo");
    expect(headers.get("cache-control")).toBe("no-store");
  });

  it("does not listen where others can reach it without a token", async () => {
    const listen = { kind: "tcp", address: "0.0.0.0", port: 0 } as const;
    await expect(start({ listen })).rejects.toThrow("name a file with a token as admin.token_file");
    await expect(start({ listen, tokens: { write: undefined, read: READ_TOKEN } })).rejects.toThrow(
      "token",
    );
    await expect(start({ listen, ...WITH_TOKENS })).resolves.toBeDefined();
  });

  const everyRoute = [
    ...ROUTES.map(({ method, path, right }) => [method.toUpperCase(), path, right] as const),
    ["GET", "/openapi.json", "read"] as const,
    ["GET", "/nothing", "read"] as const,
    ["PUT", "/v1/state", "write"] as const,
  ];

  it.each(everyRoute)(
    "refuses %s %s without a token, with a wrong one, or with another scheme",
    async (method, path) => {
      const { port, calls } = await start(WITH_TOKENS);
      const answers = [
        await ask(port, path, JSON_BODY, method, "{}"),
        await ask(port, path, { ...JSON_BODY, authorization: "Bearer wrong" }, method, "{}"),
        await ask(port, path, { ...JSON_BODY, authorization: `Basic ${TOKEN}` }, method, "{}"),
        await ask(port, path, { ...JSON_BODY, authorization: `Bearer ${TOKEN}x` }, method, "{}"),
      ];
      for (const { status, body, headers } of answers) {
        expect(status).toBe(401);
        expect(body).toBe(answers[0]?.body);
        expect(headers.get("www-authenticate")).toBe("Bearer");
        // The commands tell a server that refuses them from somebody else by it.
        expect(headers.get("server")).toBe("rondo");
      }
      expect(calls).toEqual([]);
    },
  );

  it.each(everyRoute)(
    "lets a token that may read only %s %s if that is %s",
    async (method, path, right) => {
      const { port, calls } = await start(WITH_TOKENS);
      const headers = { ...JSON_BODY, authorization: `Bearer ${READ_TOKEN}` };
      const { status } = await ask(port, path, headers, method, method === "GET" ? "" : "{}");
      if (right === "write") expect(status).toBe(403);
      else expect([401, 403]).not.toContain(status);
      expect(calls).toEqual([]);
    },
  );

  it("lets the token do everything", async () => {
    const { port, calls } = await start(WITH_TOKENS);
    const headers = { ...JSON_BODY, authorization: `Bearer ${TOKEN}` };
    expect((await ask(port, "/v1/reload", headers, "POST", "{}")).status).toBe(200);
    expect((await ask(port, "/v1/state", headers)).status).toBe(200);
    expect(calls).toEqual(["reload"]);
  });

  it("looks at ten wrong tokens of a source within a minute, and at every right one", async () => {
    const { port } = await start(WITH_TOKENS);
    const guess = (i: number): ReturnType<typeof ask> =>
      ask(port, "/v1/state", { authorization: `Bearer guess${i}` });
    const statuses: number[] = [];
    for (let i = 0; i < 11; i++) statuses.push((await guess(i)).status);
    expect(statuses).toEqual([...Array<number>(10).fill(401), 429]);
    expect(Number((await guess(11)).headers.get("retry-after"))).toBeGreaterThan(0);
    const right = await ask(port, "/v1/state", { authorization: `Bearer ${TOKEN}` });
    expect(right.status).toBe(200);
    expect((await guess(12)).status).toBe(429);
  });

  it("says with every answer that it is not to be kept, and is what it says it is", async () => {
    const { port } = await start(WITH_TOKENS);
    const right = { authorization: `Bearer ${TOKEN}` };
    const wrong = { authorization: "Bearer wrong" };
    const reading = { ...JSON_BODY, authorization: `Bearer ${READ_TOKEN}` };
    const large = { ...JSON_BODY, ...right, "content-length": String(10 * MEGABYTE) };
    const answers = [
      await ask(port, "/v1/state", right),
      await ask(port, "/v1/state", { ...right, host: "evil.example" }),
      await ask(port, "/v1/state", { ...right, origin: "http://evil.example" }),
      await ask(port, "/v1/state", wrong),
      await ask(port, "/v1/reload", reading, "POST", "{}"),
      await ask(port, "/v1/reload", large, "POST"),
      await ask(port, "/v1/reload", right, "POST", "{}"),
      await ask(port, "/nothing", right),
      await ask(port, "/v1/reload", right),
    ];
    for (let i = 0; i < 10; i++) answers.push(await ask(port, "/v1/state", wrong));
    const seen = answers.map(({ status }) => status);
    expect(new Set(seen)).toEqual(new Set([200, 421, 403, 401, 413, 415, 404, 405, 429]));
    for (const { headers } of answers) {
      expect(headers.get("server")).toBe("rondo");
      expect(headers.get("cache-control")).toBe("no-store");
      expect(headers.get("x-content-type-options")).toBe("nosniff");
    }
  });

  it("writes no token into its log or answers", async () => {
    const { port, lines } = await start(WITH_TOKENS);
    const right = { ...JSON_BODY, authorization: `Bearer ${TOKEN}` };
    const bodies = [
      await ask(port, "/v1/reload", right, "POST", "{}"),
      await ask(port, "/v1/state", right),
      await ask(port, "/openapi.json", right),
      await ask(port, "/v1/state", { authorization: `Bearer ${TOKEN}x` }),
    ];
    expect(JSON.stringify([lines, bodies.map(({ body }) => body)])).not.toContain(TOKEN);
    expect(lines).not.toEqual([]);
  });
});

describe("what a page in a browser could send", () => {
  it.each([
    "evil.example",
    "evil.example:8053",
    "127.0.0.1.evil.example",
    "192.0.2.1",
    "[2001:db8::1]",
    "localhost.evil.example",
  ])("turns Host %s away", async (host) => {
    const { port } = await start();
    expect((await ask(port, "/v1/state", { host })).status).toBe(421);
  });

  it.each(["127.0.0.1", "localhost:1", "LOCALHOST", "[::1]:8053", "ns1.example.com"])(
    "goes by %s",
    async (host) => {
      const { port } = await start({ hosts: ["NS1.example.com"] });
      expect((await ask(port, "/v1/state", { host })).status).toBe(200);
    },
  );

  it("refuses requests without a Host, or with one that is none", async () => {
    const { port } = await start();
    const without = await sendRaw(port, "GET /v1/state HTTP/1.1\r\nconnection: close\r\n\r\n");
    expect(without.status).toBe(400);
    expect([400, 421]).toContain((await ask(port, "/v1/state", { host: "a b" })).status);
    expect([400, 421]).toContain((await ask(port, "/v1/state", { host: "" })).status);
  });

  it.each(["http://evil.example", "null", "https://127.0.0.1", "http://127.0.0.1:1"])(
    "refuses the origin %s",
    async (origin) => {
      const { port, calls } = await start();
      const { status } = await ask(port, "/v1/reload", { ...JSON_BODY, origin }, "POST", "{}");
      expect(status).toBe(403);
      expect(calls).toEqual([]);
    },
  );

  it("takes its own origin", async () => {
    const { port } = await start();
    const origin = `http://127.0.0.1:${port}`;
    expect((await ask(port, "/v1/state", { origin })).status).toBe(200);
  });

  it.each(["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])(
    "takes no body of type %j",
    async (type) => {
      const { port, calls } = await start();
      const headers: Record<string, string> = type === "" ? {} : { "content-type": type };
      expect((await ask(port, "/v1/reload", headers, "POST", "{}")).status).toBe(415);
      expect(calls).toEqual([]);
    },
  );

  it("has no CORS headers, preflight or not", async () => {
    const { port } = await start();
    const preflight = await ask(
      port,
      "/v1/reload",
      { origin: "http://evil.example", "access-control-request-method": "POST" },
      "OPTIONS",
    );
    expect(preflight.status).toBe(403);
    const plain = await ask(port, "/v1/reload", {}, "OPTIONS");
    expect(plain.status).toBe(405);
    for (const { headers } of [preflight, plain, await ask(port, "/v1/state")]) {
      expect([...headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
    }
  });
});

describe("what hurts a server", () => {
  it("refuses a body that says it is too large before reading it", async () => {
    const { port, calls } = await start();
    const headers = { ...JSON_BODY, "content-length": String(10 * 1024 * MEGABYTE) };
    const { status } = await ask(port, "/v1/reload", headers, "POST");
    expect(status).toBe(413);
    expect(calls).toEqual([]);
  });

  it("stops reading a body that does not say, at a megabyte", async () => {
    const { port, calls } = await start();
    const chunk = `10000\r\n${" ".repeat(0x10000)}\r\n`;
    const { status } = await sendRaw(
      port,
      `POST /v1/reload HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n`,
      ...Array.from({ length: 40 }, () => chunk),
    );
    // Whoever is still sending when the connection ends may not see the answer.
    expect([0, 413]).toContain(status);
    expect(calls).toEqual([]);
  });

  it("takes a body of a megabyte", async () => {
    const { port, calls } = await start();
    const body = `{}${" ".repeat(MEGABYTE - 2)}`;
    expect((await ask(port, "/v1/reload", JSON_BODY, "POST", body)).status).toBe(200);
    expect((await ask(port, "/v1/reload", JSON_BODY, "POST", `${body} `)).status).toBe(413);
    expect(calls).toEqual(["reload"]);
  });

  it("refuses headers of more than 16 KB", async () => {
    const { port } = await start();
    expect((await ask(port, "/v1/state", { "x-long": "x".repeat(17_000) })).status).toBe(431);
    expect((await ask(port, "/v1/state", { "x-long": "x".repeat(15_000) })).status).toBe(200);
  });

  it("hangs up on who takes longer than five seconds for the headers", async () => {
    const { port } = await start();
    const before = performance.now();
    const socket = connect(port, "127.0.0.1");
    const drip = setInterval(() => socket.write("x"), 200);
    socket.write("GET /v1/state HTTP/1.1\r\nx-slow: ");
    socket.on("error", () => {});
    let text = "";
    socket.on("data", (part) => {
      text += part;
    });
    await new Promise((resolve) => socket.once("close", resolve));
    clearInterval(drip);
    expect(text).toMatch(/^(HTTP\/1\.1 408 |$)/);
    expect(performance.now() - before).toBeGreaterThan(4500);
  });

  it("serves no more than 32 connections, and goes on when they end", async () => {
    const { port } = await start();
    const sockets: Socket[] = [];
    let closed = 0;
    for (let i = 0; i < 40; i++) {
      const socket = connect(port, "127.0.0.1");
      socket.on("error", () => {});
      socket.on("close", () => closed++);
      socket.resume();
      sockets.push(socket);
    }
    await expect.poll(() => closed).toBe(8);
    for (const socket of sockets) socket.destroy();
    await expect.poll(async () => (await ask(port, "/v1/state")).status).toBe(200);
  });

  it.each([
    ["[]", "the body must be object, not array"],
    ["{", "not JSON"],
    ['{"action":"drain"}', "selector is missing"],
    ['{"action":"explode","selector":"a"}', "action must be one of drain, up, down"],
    ['{"action":"drain","selector":"a","forse":true}', "forse is not known here"],
    ['{"action":"drain","selector":7}', "selector must be string, not integer"],
    ['{"action":"drain","selector":"a","by":"x\\ny"}', "by must match"],
    ['{"action":"drain","selector":"a","for":"soon"}', "for: a time like"],
    ['{"action":"drain","selector":"a","for":"0s"}', "for: a time like"],
    ['{"action":"drain","selector":"a","for":"5000d"}', "for: a time like"],
    ['{"action":"drain","selector":"rack=7"}', "can be selected"],
    ['{"action":"drain","selector":"a","__proto__":{"force":true}}', "__proto__ is not known here"],
  ])("refuses the wish %s", async (body, message) => {
    const { port, calls } = await start();
    const answer = await ask(port, "/v1/overrides", JSON_BODY, "POST", body);
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body).error.message).toContain(message);
    expect(calls).toEqual([]);
  });
});

describe("paths and methods", () => {
  it("takes zones to remove however they are written, and refuses what is no name", async () => {
    const { port, calls } = await start();
    const remove = (...zones: string[]) =>
      ask(port, "/v1/reload", JSON_BODY, "POST", JSON.stringify({ remove: zones }));
    expect((await remove("Example.COM", "b.")).status).toBe(200);
    expect(calls).toEqual(["reload example.com. b."]);
    const wrong = await remove("b.", "a..b", "c".repeat(64));
    expect(wrong.status).toBe(400);
    expect(wrong.body).toMatch(/a\.\.b.*64 octets/);
    expect(calls).toHaveLength(1);
  });

  it("says what there is not", async () => {
    const { port } = await start();
    expect((await ask(port, "/v1/nothing")).status).toBe(404);
    const wrong = await ask(port, "/v1/reload");
    expect(wrong.status).toBe(405);
    expect(wrong.headers.get("allow")).toBe("POST");
  });

  it("is alive when DNS is answered, and not ready before the first round of checks", async () => {
    const { port } = await start();
    for (const path of ["/livez", "/healthz", "/health"])
      expect((await ask(port, path)).status).toBe(200);
    for (const path of ["/readyz", "/ready"]) expect((await ask(port, path)).status).toBe(503);
  });
});

describe("on a Unix socket", () => {
  const folder = mkdtempSync(join(tmpdir(), "rondo-admin-"));
  const path = join(folder, "admin.sock");
  afterEach(() => rmSync(path, { force: true }));
  afterAll(() => rmSync(folder, { recursive: true }));

  it("lets nobody but the owner in, and leaves nothing behind", async () => {
    const { admin } = await start({ listen: { kind: "socket", path } });
    expect(admin.url).toBe(path);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    await admin.close();
    expect(existsSync(path)).toBe(false);
  });

  it("takes the place of a socket that nobody listens on, and of nothing else", async () => {
    const { admin } = await start({ listen: { kind: "socket", path } });
    await expect(start({ listen: { kind: "socket", path } })).rejects.toThrow(
      "something else listens there",
    );
    await admin.close();
    writeFileSync(path, "somebody's file");
    await expect(start({ listen: { kind: "socket", path } })).rejects.toThrow();
    expect(statSync(path).isFile()).toBe(true);
  });
});

it("says so where the port is taken", async () => {
  const holder = createServer();
  await new Promise<void>((resolve) => holder.listen(0, "127.0.0.1", resolve));
  closers.push(() => new Promise((resolve) => holder.close(resolve)));
  const { port } = holder.address() as { port: number };
  await expect(start({ listen: { kind: "tcp", address: "127.0.0.1", port } })).rejects.toThrow(
    `No admin interface on 127.0.0.1:${port}: something else listens there`,
  );
});
