import { describe, expect, it } from "vitest";
import { parseCommand } from "./parse-command.ts";
import { readVersion } from "./version.ts";

/** What a command line is refused with; the first line if there are more. */
function refusalOf(...argv: string[]): string {
  const parsed = parseCommand(argv);
  if (parsed.kind !== "print" || parsed.to !== "err") throw new Error(`accepted as ${parsed.kind}`);
  expect(parsed.exit).toBe(64);
  return parsed.text.split("\n")[0]!;
}

function helpOf(...argv: string[]): string {
  const parsed = parseCommand(argv);
  if (parsed.kind !== "print") throw new Error(`accepted as ${parsed.kind}`);
  expect(parsed).toMatchObject({ to: "out", exit: 0 });
  return parsed.text;
}

describe("parseCommand()", () => {
  it("prints help and version", () => {
    for (const command of ["serve", "check", "explain", "healthcheck"]) {
      expect(helpOf("--help")).toContain(`\n  ${command} `);
      expect(helpOf(command, "-h")).toContain(`Usage: rondo ${command} `);
      expect(helpOf(command, "--nonsense", "--help")).toBe(helpOf(command, "-h"));
    }
    expect(helpOf("-h")).toBe(helpOf("--help"));
    expect(helpOf("--version")).toBe(`rondo ${readVersion()}\n`);
  });

  it("keeps help texts within 100 columns", () => {
    for (const command of [[], ["serve"], ["check"], ["explain"], ["upgrade"], ["healthcheck"]]) {
      for (const line of helpOf(...command, "--help").split("\n")) {
        expect(line.length, line).toBeLessThanOrEqual(100);
      }
    }
  });

  it("refuses an empty command line with the help text", () => {
    expect(refusalOf()).toContain("rondo");
  });

  it("suggests the nearest command and option", () => {
    expect(refusalOf("explian")).toBe('rondo: unknown command "explian"; did you mean explain?');
    expect(refusalOf("--versoin")).toBe("rondo: unknown option --versoin; did you mean --version?");
    expect(refusalOf("frobnicate")).toBe(
      'rondo: unknown command "frobnicate"; "rondo --help" lists what there is',
    );
    expect(refusalOf("explain", "a.", "--cleint", "192.0.2.1")).toBe(
      "rondo explain: unknown option --cleint; did you mean --client?",
    );
    expect(refusalOf("check", "-x")).toBe("rondo check: unknown option -x");
  });

  it("refuses values that are missing, superfluous or given twice", () => {
    expect(refusalOf("serve", "--zones")).toContain("--zones needs a value: --zones DIR");
    expect(refusalOf("serve", "--zones", "--demo")).toContain("--zones needs a value");
    expect(refusalOf("serve", "--zones=")).toContain("--zones needs a value");
    expect(refusalOf("serve", "--demo=yes")).toContain("--demo takes no value");
    expect(refusalOf("serve", "--zones", "a", "--zones=b")).toContain("--zones is given twice");
    expect(refusalOf("serve", "zones")).toContain('unexpected "zones"');
  });
});

describe("rondo serve", () => {
  it("leaves to the server file what is not given", () => {
    expect(parseCommand(["serve"])).toEqual({
      kind: "serve",
      options: {
        config: undefined,
        zones: undefined,
        listen: [],
        admin: undefined,
        workers: undefined,
        udp: undefined,
        state: undefined,
        demo: false,
      },
    });
  });

  it("reads every option", () => {
    const argv =
      "serve --config c --zones z --listen 127.0.0.1:5300 --listen=[::1]:0 --admin 127.0.0.1:8053";
    const more = "--workers 2 --udp dgram --state s --demo";
    expect(parseCommand([...argv.split(" "), ...more.split(" ")])).toEqual({
      kind: "serve",
      options: {
        config: "c",
        zones: "z",
        listen: [
          { address: "127.0.0.1", port: 5300 },
          { address: "::1", port: 0 },
        ],
        admin: { kind: "tcp", address: "127.0.0.1", port: 8053 },
        workers: 2,
        udp: "dgram",
        state: "s",
        demo: true,
      },
    });
  });

  it.each([
    [["--listen", "127.0.0.1"], "has no port"],
    [["--listen", "::1:53"], "::1:53"],
    [["--listen", "127.0.0.1:70000"], "a port is from 1 to 65535"],
    [["--listen", "localhost:53"], "is not an IP address"],
    [["--admin", "8053"], "is not an IP address"],
    [["--workers", "0"], "--workers 0: expected 1 to 256, or auto"],
    [["--workers", "two"], "--workers two: expected"],
    [["--udp", "dgarm"], "--udp dgarm: expected mmsg or dgram; did you mean dgram?"],
  ])("refuses %s", (args, message) => {
    expect(refusalOf("serve", ...args)).toContain(message);
  });
});

describe("rondo explain", () => {
  it.each([
    [[], "NAME is missing"],
    [["a."], "--client is missing"],
    [["a..b", "--client", "::1"], "has an empty label"],
    [["a.", "AAA", "--client", "::1"], '"AAA" is not a type of record; did you mean A'],
    [["a.", "AXFR", "--client", "::1"], "AXFR is not a type that a name can have"],
    [["a.", "A", "b", "--client", "::1"], 'unexpected "b"'],
    [
      ["a.", "--client", "192.0.2.300"],
      "--client: 192.0.2.300 is not an IP address: 300 is above 255",
    ],
    [["a.", "--client", "192.0.2.1/33"], "the length must be 0 to 32"],
    [["a.", "--client", "192.0.2.1/"], "the length must be 0 to 32"],
    [["a.", "--client", "192.0.2.1/8/8"], "the length must be 0 to 32"],
    [["a.", "--client", "::1", "--resolver", "x"], "--resolver: x is not an IP address"],
    [["a.", "--client", "::1", "--assume", "dc=fra"], "--assume dc=fra: expected MEMBER=down"],
    [["a.", "--client", "::1", "--assume", "=down"], "--assume =down: expected MEMBER=down"],
  ])("refuses %s", (args, message) => {
    expect(refusalOf("explain", ...args)).toContain(message);
  });

  it("is understood", () => {
    const argv = "explain a. aaaa --client 192.0.2.77/24 --assume dc=fra=down --json";
    expect(parseCommand(argv.split(" "))).toMatchObject({ kind: "run" });
  });
});

describe("rondo check", () => {
  it("takes a folder or files", () => {
    expect(parseCommand(["check", "a.yaml", "b.yaml", "--strict"])).toMatchObject({ kind: "run" });
    expect(refusalOf("check", "--zones", "z", "a.yaml")).toContain("--zones or files, not both");
  });
});

describe("rondo reload", () => {
  it("takes zones to remove, each after its own --remove", () => {
    const argv = "reload --remove a.example --remove=b.example. --force";
    expect(parseCommand(argv.split(" "))).toMatchObject({ kind: "run" });
    expect(refusalOf("reload", "--remove")).toContain("--remove needs a value: --remove ZONE");
    expect(refusalOf("reload", "--remove", "a.example", "b.example")).toContain(
      'unexpected "b.example"',
    );
  });

  it("transfers secondary zones anew, and reads no files then", () => {
    const argv = ["reload", "--retransfer", "a.example", "--retransfer", "b.example"];
    expect(parseCommand(argv)).toMatchObject({ kind: "run" });
    expect(refusalOf("reload", "--retransfer", "a.example", "--force")).toContain("reads no files");
    expect(refusalOf("reload", "--retransfer", "a.example", "--remove", "b.example")).toContain(
      "reads no files",
    );
  });
});

describe("rondo healthcheck", () => {
  it("refuses what is no listener", () => {
    expect(refusalOf("healthcheck", "--listen", "127.0.0.1")).toContain("has no port");
    expect(refusalOf("healthcheck", "now")).toContain('unexpected "now"');
  });
});
