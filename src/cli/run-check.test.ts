import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CERTIFICATE_FILES } from "../../test/support/secure-client.ts";
import { combineDatabases } from "../geo/combine-databases.ts";
import type { Output } from "./command.ts";
import { parseCommand } from "./parse-command.ts";
import type { Readers } from "./read-world.ts";

const GOOD = `
zone: example.com.
records:
  "": { type: NS, values: [ns1.example.net., ns2.example.net.] }
  www: { type: A, value: 192.0.2.1 }
`;

let folder: string;
let geoProblems: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "rondo-check-"));
  geoProblems = [];
});

afterEach(() => rmSync(folder, { recursive: true }));

function write(name: string, text: string): string {
  const path = join(folder, name);
  // One that others may write is a warning, and a umask of 002 makes one.
  writeFileSync(path, text, { mode: 0o644 });
  return path;
}

async function check(...args: string[]): Promise<{ exit: number; out: string; err: string }> {
  const written = { out: "", err: "" };
  const output: Output = {
    out: (text) => {
      written.out += text;
    },
    err: (text) => {
      written.err += text;
    },
  };
  const readers: Readers = {
    loadGeo: async () => ({ table: combineDatabases([]), problems: geoProblems }),
    // Threads run built code only.
    workerModule: new URL("../../dist/loader/load-worker.js", import.meta.url),
  };
  const command = parseCommand(["check", ...args]);
  if (command.kind !== "run") throw new Error(JSON.stringify(command));
  const exit = await command.run(output, readers);
  return { exit, ...written };
}

describe("runCheck()", () => {
  it("lists the zones of a folder", async () => {
    const file = write("a.yaml", GOOD);
    const { exit, out, err } = await check("--zones", folder);
    expect(err).toBe("");
    expect(out).toMatch(/^example\.com\. serial \d+, 4 records \(/);
    expect(out).toContain(`(${file})\n1 zone, 4 records: 0 errors, 0 warnings\n`);
    expect(exit).toBe(0);
  });

  it("reports everything that is wrong in all files", async () => {
    write("a.yaml", GOOD);
    const bad = write(
      "b.yaml",
      GOOD.replace("example.com", "b.example").replace("value:", "vlaue:"),
    );
    const worse = write("c.yaml", "zone: [");
    const { exit, out, err } = await check("--zones", folder);
    expect(err).toContain(`${bad}:5:19: error: `);
    expect(err).toContain('did you mean "value"?\n  www: { type: A, vlaue: 192.0.2.1 }\n');
    expect(err).toContain(`${worse}:1:`);
    expect(out).toContain("1 zone, 4 records: ");
    expect(exit).toBe(1);
  });

  it("warns of ALIAS targets that nobody can be asked for", async () => {
    const alias = (label: string, target: string): string =>
      `  ${label}: { type: ALIAS, value: ${target} }\n`;
    const [in1, in2, out] = [
      alias("a", "www.example.com."),
      alias("b", "www.example.org."),
      alias("c", "www.example.net."),
    ];
    const file = write("a.yaml", `${GOOD}${in1}${in2}${out}`);
    write("b.yaml", GOOD.replace("example.com", "example.org"));
    const found = await check("--zones", folder);
    expect(found).toMatchObject({
      exit: 0,
      err: `${file}:1:1: warning: the ALIAS target www.example.net. is in no zone here, and the server file names no resolver that could be asked for it; write resolver: [ADDR:PORT] there\n`,
    });
    const config = write("rondo.yaml", `zones: ${folder}\nresolver: [192.0.2.53]\n`);
    rmSync(join(folder, "b.yaml"));
    expect(await check("--config", config, file)).toMatchObject({ exit: 0, err: "" });
  });

  it("warns of keys that zone files name and the server file does not have", async () => {
    const zones = ["secondary: { primaries: [192.0.2.1], key: Mine. }\n"];
    zones.push(
      "transfer: { allow: [{ key: yours }], notify: [{ address: 192.0.2.2, key: ours }] }\n",
    );
    const file = write("a.yaml", `zone: example.com.\n${zones.join("")}`);
    const secret = Buffer.alloc(32).toString("base64");
    const config = write("rondo.yaml", `keys: { ours: { secret: "${secret}" } }\n`);
    const warn = (key: string): string =>
      `${file}:1:1: warning: the zone names the key ${key}, which is not under "keys" of the server file: it has ours.\n`;
    expect(await check("--config", config, file)).toMatchObject({
      exit: 0,
      err: `${warn("mine.")}${warn("yours.")}`,
    });
    expect(await check(file)).toMatchObject({ exit: 0, err: "" });
  });

  it("refuses two files for one zone, naming both", async () => {
    const [one, two] = [write("a.yaml", GOOD), write("b.yaml", GOOD)];
    const { exit, out, err } = await check(one, two);
    expect(err).toContain(`${one}:1:1: error: Zone example.com. is also defined in ${two}`);
    expect(err).toContain(`${two}:1:1: error: Zone example.com. is also defined in ${one}`);
    expect(out).toBe("0 zones, 0 records: 2 errors, 0 warnings\n");
    expect(exit).toBe(1);
  });

  it("lets warnings pass unless it is strict", async () => {
    const file = write("a.yaml", GOOD.replace(", ns2.example.net.", ""));
    expect(await check(file)).toMatchObject({ exit: 0, err: expect.stringContaining("warning: ") });
    expect(await check(file, "--strict")).toMatchObject({ exit: 1 });
  });

  it("warns of an empty folder and of geo databases that are not used", async () => {
    geoProblems = ["geo database x.mmdb is not used: there is no such file"];
    const { exit, err } = await check("--zones", folder);
    expect(err).toContain(`${folder}:1:1: warning: No zone files in this folder`);
    expect(err).toContain("warning: geo database x.mmdb is not used");
    expect(exit).toBe(0);
  });

  it("checks the server file, and the zones it names", async () => {
    write("a.yaml", GOOD);
    const config = join(folder, "..", `${folder.split("/").at(-1)}.conf`);
    writeFileSync(config, `zones: ${folder}\n`);
    expect(await check("--config", config)).toMatchObject({ exit: 0 });
    writeFileSync(config, "zoens: ./zones\nworkers: many\n");
    const { exit, out, err } = await check("--config", config);
    rmSync(config);
    expect(err).toContain(`${config}:1:1: error: `);
    expect(err).toContain(`${config}:2:10: error: `);
    expect(out).toBe("0 zones, 0 records: 2 errors, 0 warnings\n");
    expect(exit).toBe(1);
  });

  it("warns of every file that the start would not get through, where the server file names it", async () => {
    write("a.yaml", GOOD);
    const pipe = join(folder, "pipe.pem");
    execFileSync("mkfifo", [pipe]);
    write("cookies.txt", "abc\n");
    write("key.txt", "c2hvcnQ=\n");
    write("token.txt", "short\n");
    const text = [
      `zones: ${folder}`,
      "listen: [{ address: 127.0.0.1, protocol: tls }]",
      `tls: { cert: ${CERTIFICATE_FILES.cert}, key: pipe.pem }`,
      "cookies: { secret_file: cookies.txt }",
      "keys: { one: { secret_file: key.txt }, two: { secret_file: missing.txt } }",
      "admin: { token_file: token.txt, read_token_file: . }",
      "",
    ].join("\n");
    const config = write("rondo.conf", text);
    const { exit, out, err } = await check("--config", config);
    const found = err.split("\n").filter((line) => line.startsWith(config));
    const warnings = [
      [`3:${14 + CERTIFICATE_FILES.cert.length + 7}`, `${pipe} is no ordinary file`],
      ["4:25", `${join(folder, "cookies.txt")}: line 1 is not 32 hexadecimal digits`],
      ["5:29", `${join(folder, "key.txt")}: the secret is 5 octets long`],
      ["5:60", "ENOENT"],
      ["6:22", `${join(folder, "token.txt")} holds no token`],
      ["6:50", `${folder} is no ordinary file`],
    ];
    expect(found.length).toBe(warnings.length);
    for (const [i, [place, message]] of warnings.entries()) {
      const start = `${config}:${place}: warning: "rondo serve" does not start with this file: `;
      expect(found[i]!.slice(0, start.length)).toBe(start);
      expect(found[i]).toContain(message);
    }
    expect(err).not.toMatch(/c2hvcnQ|^short|^abc/m);
    expect([exit, out.includes("0 errors, 6 warnings")]).toEqual([0, true]);
    expect((await check("--config", config, "--strict")).exit).toBe(1);
  });

  it("asks for no file that the start does not read, and is content with good ones", async () => {
    write("a.yaml", GOOD);
    const pair = `cert: ${CERTIFICATE_FILES.cert}, key: ${CERTIFICATE_FILES.key}`;
    write("secret.txt", `${Buffer.alloc(32).toString("base64")}\n`);
    write("cookies.txt", `${"0".repeat(32)}\n`);
    const unused = write(
      "unused.conf",
      `zones: ${folder}\ntls: { cert: no, key: no }\ncookies: { enabled: false, secret_file: no }\n`,
    );
    const used = write(
      "used.conf",
      `zones: ${folder}\nlisten: [{ address: 127.0.0.1, protocol: https }]\ntls: { ${pair} }\ncookies: { secret_file: cookies.txt }\nkeys: { one: { secret_file: secret.txt } }\nadmin: { token_file: secret.txt }\n`,
    );
    for (const config of [unused, used]) {
      expect(await check("--config", config)).toMatchObject({ exit: 0, err: "" });
    }
  });

  it("warns of records that another zone hides, and of no delegation to it", async () => {
    const below = (zone: string): string => GOOD.replace("example.com.", zone);
    const ns = "{ type: NS, values: [ns1.example.net., ns.sub.example.com.] }";
    const parent = write("a.yaml", `${GOOD}  host.sub: { type: A, value: 192.0.2.9 }\n`);
    const child = write("b.yaml", below("sub.example.com."));
    write("c.yaml", below("other.example.com."));
    write("d.yaml", below("com."));
    const { exit, err } = await check("--zones", folder);
    expect(err).toBe(
      `${parent}:1:1: warning: what the zone example.com. has at and below sub.example.com. is never answered: ${child} is a zone of its own for that; move the records there, and leave the NS records of sub.example.com. here\n`,
    );
    expect(exit).toBe(0);
    write("a.yaml", `${GOOD}  sub: ${ns}\n  ns.sub: { type: A, ttl: 1d, value: 192.0.2.9 }\n`);
    expect(await check("--zones", folder)).toMatchObject({ exit: 0, err: "" });
  });

  it("warns of a zone file that is a symbolic link to nothing", async () => {
    write("a.yaml", GOOD);
    symlinkSync("nowhere", join(folder, "x.yaml"));
    symlinkSync("a.yaml", join(folder, ".hidden.yaml"));
    expect(await check("--zones", folder)).toMatchObject({
      exit: 0,
      err: `${join(folder, "x.yaml")}:1:1: warning: Not read: it is a symbolic link to nowhere, which is not there; remove it, or put the file there\n`,
    });
  });

  it("says so when a folder, a zone file or a server file is missing", async () => {
    const missing = join(folder, "missing");
    for (const args of [["--zones", missing], [missing], ["--config", missing]]) {
      const { exit, err } = await check(...args);
      expect(err).toMatch(
        new RegExp(`^${missing}:1:1: error: .*(No such (file|folder)|ENOENT)`, "i"),
      );
      expect(exit).toBe(1);
    }
  });
});
