import { expect, test } from "vitest";
import { createFakeClock } from "../../test/support/fake-clock.ts";
import { createTarget } from "../../test/support/health-targets.ts";
import type { HealthEvent } from "../health/health.ts";
import type { Log, LogFields } from "../log/log.ts";
import { createVerdictLog } from "./verdict-log.ts";

function setUp() {
  const lines: { readonly level: string; readonly fields: LogFields; readonly text: string }[] = [];
  const at = (level: string) => (fields: LogFields, text: string) =>
    lines.push({ level, fields, text });
  const log: Log = { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
  const clock = createFakeClock();
  const verdicts = createVerdictLog(log, clock);
  const tell = (address: string, to: "up" | "down") => verdicts.note(createVerdict(address, to));
  return { lines, clock, verdicts, tell };
}

function createVerdict(address: string, to: "up" | "down"): HealthEvent {
  const from = to === "up" ? "down" : "up";
  const detail = to === "down" ? "connection refused" : undefined;
  const target = createTarget(address);
  return { kind: "verdict", target, isReference: false, from, to, at: 0, detail };
}

test("note() has a line for each verdict of a quiet time, with its reason", () => {
  const { lines, clock, tell, verdicts } = setUp();
  tell("127.0.0.1", "down");
  tell("::1", "up");
  verdicts.note({ kind: "blind", blind: true, at: 0 });
  expect(lines.map(({ level, text }) => `${level} ${text}`)).toEqual([
    "warn 127.0.0.1:80 is down",
    "info [::1]:80 is up",
    expect.stringMatching(/^warn blind: /),
  ]);
  expect(lines[0]?.fields).toMatchObject({ address: "127.0.0.1", reason: "connection refused" });
  clock.advance(60_000);
  expect(lines).toHaveLength(3);
  expect(clock.pendingTimers()).toBe(0);
});

test("note() of a datacenter that flaps has 20 lines of each kind in ten seconds, and one for the rest", () => {
  const { lines, clock, tell } = setUp();
  for (let flap = 0; flap < 3; flap++) {
    for (let i = 1; i <= 250; i++) tell(`127.0.7.${i}`, "down");
    for (let i = 1; i <= 40; i++) tell(`127.0.7.${i}`, "up");
    expect(lines).toHaveLength(41 * flap + 40);
    clock.advance(10_000);
    const { level, fields, text } = lines.at(-1) ?? {};
    expect(level).toBe("warn");
    expect(text).toBe("more verdicts in ten seconds than lines: 210 more are down, 20 more are up");
    const down = fields?.down as string[];
    expect(down).toHaveLength(201);
    expect(down.slice(-2)).toEqual(["127.0.7.240:80 web", "and 10 more"]);
    expect(fields?.up).toContain("127.0.7.40:80 web");
  }
});

test("note() does not say at the end what a line has said is over", () => {
  const { lines, clock, tell } = setUp();
  for (let i = 1; i <= 22; i++) tell(`127.0.7.${i}`, "down");
  tell("127.0.7.21", "up");
  clock.advance(10_000);
  expect(lines.at(-1)?.fields).toEqual({ down: ["127.0.7.22:80 web"], up: [] });
});

test("close() tells what is left", () => {
  const { lines, clock, tell, verdicts } = setUp();
  for (let i = 1; i <= 21; i++) tell(`127.0.7.${i}`, "up");
  verdicts.close();
  expect(lines.at(-1)).toMatchObject({ level: "info", fields: { up: ["127.0.7.21:80 web"] } });
  expect(clock.pendingTimers()).toBe(0);
});
