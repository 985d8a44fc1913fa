import { expect, it } from "vitest";
import { Bindings } from "./bindings.ts";

it("add() tells the port that the thread got, which a later thread asks for", async () => {
  const bindings = new Bindings<{ port: number; host: string }>();
  const { id, bound } = bindings.add({ host: "127.0.0.1", port: 0 });
  expect(bindings.hear({ type: "bound", id, port: 5300 })).toBeUndefined();
  expect(await bound).toEqual({ id, port: 5300 });
  expect(bindings.list()).toEqual([[id, { host: "127.0.0.1", port: 5300 }]]);
  bindings.remove(id);
  expect(bindings.list()).toEqual([]);
});

it("add() rejects with the code of the system call, and the wish is no longer one", async () => {
  const bindings = new Bindings<{ port: number }>();
  const other = bindings.add({ port: 53 });
  const { id, bound } = bindings.add({ port: 54 });
  expect(bindings.hear({ type: "bindFailed", id, code: "EADDRINUSE" })).toEqual({ port: 54 });
  await expect(bound).rejects.toMatchObject({ code: "EADDRINUSE" });
  expect(bindings.hear({ type: "bindFailed", id: 99, code: "EACCES" })).toBeUndefined();
  expect(bindings.list()).toEqual([[other.id, { port: 53 }]]);
});
