import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { combineDatabases } from "../geo/combine-databases.ts";
import { OctetBuilder } from "../image/octet-builder.ts";
import { loadZoneFile } from "./load-zone-file.ts";

/** Has every image be as large as one can be. */
vi.mock("../image/compile-segment.ts", async (importOriginal) => ({
  ...(await importOriginal<object>()),
  compileSegment: () => {
    const builder = new OctetBuilder(64, 64);
    return builder.allocate(17);
  },
}));

test("loadZoneFile() refuses a zone that is larger than an image can be, and says what to do", () => {
  const folder = mkdtempSync(join(tmpdir(), "rondo-large-"));
  const file = join(folder, "large.example.zone");
  writeFileSync(file, "$TTL 1h\n@ SOA ns.example. host.example. 1 2 3 4 5\n@ NS ns.example.\n");
  const result = loadZoneFile(
    {
      path: file,
      file,
      isCopy: false,
      root: folder,
      fingerprint: undefined,
      knownHash: undefined,
      knownParts: [],
      previousSerial: undefined,
      before: undefined,
      copy: undefined,
    },
    {
      geo: { table: combineDatabases([]), version: 0 },
      hasReferences: false,
      knowsAsns: false,
    },
  );
  rmSync(folder, { recursive: true });
  const issues = result.kind === "refused" ? result.issues : [];
  expect(issues.filter(({ severity }) => severity === "error")).toMatchObject([
    {
      file,
      message: expect.stringMatching(/^Zone large\.example\. is too large: .*64 octets.*divide it/),
    },
  ]);
});
