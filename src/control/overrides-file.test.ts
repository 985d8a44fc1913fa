import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { silentLog } from "../log/log.ts";
import { createOverridesFile, type SavedOverride } from "./overrides-file.ts";

const DRAIN: SavedOverride = {
  id: "0a0b0c0d",
  action: "drain",
  selector: "dc=fra",
  by: "somebody",
  reason: null,
  since: 1000,
  until: 2000,
};

describe("createOverridesFile()", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "rondo-overrides-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function listen(): { errors: string[]; log: typeof silentLog } {
    const errors: string[] = [];
    return { errors, log: { ...silentLog, error: (_, message) => errors.push(message) } };
  }

  it("reads what it has written", async () => {
    const file = createOverridesFile(folder, silentLog);
    expect(await file.write([DRAIN, { ...DRAIN, id: "1", until: null, reason: "x" }])).toBe(
      undefined,
    );
    expect(await createOverridesFile(folder, silentLog).read()).toEqual([
      DRAIN,
      { ...DRAIN, id: "1", until: null, reason: "x" },
    ]);
    expect(readdirSync(folder)).toEqual(["overrides.json"]);
  });

  it("holds nothing where there is no file, without a word", async () => {
    const { errors, log } = listen();
    expect(await createOverridesFile(folder, log).read()).toEqual([]);
    expect(errors).toEqual([]);
  });

  it.each([
    ["not JSON", "{"],
    ["another format", '{"format":2,"overrides":[]}'],
    ["no list", '{"format":1}'],
    ["a list of nonsense", `{"format":1,"overrides":[${JSON.stringify(DRAIN)},{"id":1}]}`],
    ["an unknown action", `{"format":1,"overrides":[{"action":"explode"}]}`],
  ])("keeps %s aside, loudly", async (_, text) => {
    writeFileSync(join(folder, "overrides.json"), text);
    const { errors, log } = listen();
    const file = createOverridesFile(folder, log);
    expect(await file.read()).toEqual([]);
    expect(errors).toEqual([expect.stringContaining("not understood")]);
    const [aside, ...others] = readdirSync(folder);
    expect(others).toEqual([]);
    expect(aside).toMatch(/^overrides\.json\.bad-\d+$/);
    expect(readFileSync(join(folder, aside!), "utf8")).toBe(text);
    await file.write([DRAIN]);
    expect(await file.read()).toEqual([DRAIN]);
  });

  it("says when the disk does not take it", async () => {
    mkdirSync(join(folder, `overrides.json.${process.pid}.tmp`));
    const file = createOverridesFile(folder, silentLog);
    expect(await file.write([DRAIN])).toBeInstanceOf(Error);
    rmSync(join(folder, `overrides.json.${process.pid}.tmp`), { recursive: true });
    expect(await file.write([DRAIN])).toBeUndefined();
  });
});
