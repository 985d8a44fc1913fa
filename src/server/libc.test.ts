import { expect, it } from "vitest";
import { loadLibc } from "./libc.ts";

const LINUX = { platform: "linux", arch: "x64" };

it.each([
  [{ platform: "darwin", arch: "arm64" }, "no recvmmsg on darwin"],
  [{ platform: "linux", arch: "ia32" }, "recvmmsg is not supported on ia32"],
])("loadLibc() says why %j does without", async (host, reason) => {
  expect(await loadLibc(host)).toEqual({ reason });
});

it("loadLibc() says that koffi is not installed, or why it does not load", async () => {
  const missing = Object.assign(new Error("Cannot find package"), { code: "ERR_MODULE_NOT_FOUND" });
  expect(await loadLibc(LINUX, () => Promise.reject(missing))).toEqual({
    reason: "koffi is not installed",
  });
  expect(await loadLibc(LINUX, () => Promise.reject(new Error("bad ELF")))).toEqual({
    reason: "koffi does not load: bad ELF",
  });
});
