import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { expect, it, vi } from "vitest";
import type { Publication } from "../image/publication.ts";
import { exposeCollector, MemoryReturn } from "./memory-return.ts";

const MEBIBYTE = 2 ** 20;

function publish(buffer: SharedArrayBuffer): Publication {
  const { byteLength } = buffer;
  return {
    version: 1,
    index: undefined,
    segments: [[0, { buffer, at: 0, byteLength }]],
    maps: [],
    steering: undefined,
    rotationSlots: 0,
  };
}

it("note() collects when as much has been replaced as may lie about", () => {
  const collect = vi.fn();
  const memory = new MemoryReturn(collect);
  const small = publish(new SharedArrayBuffer(MEBIBYTE));
  for (let i = 0; i < 31; i++) memory.note(small);
  expect(collect).not.toHaveBeenCalled();
  memory.note(small);
  for (let i = 0; i < 31; i++) memory.note(small);
  expect(collect).toHaveBeenCalledTimes(1);
  memory.note(publish(new SharedArrayBuffer(40 * MEBIBYTE)));
  expect(collect).toHaveBeenCalledTimes(2);
});

it("exposeCollector() lets threads collect shared memory", async () => {
  exposeCollector();
  // Shared memory is counted nowhere but in what the process has in all.
  const program = `
    const { parentPort } = require("node:worker_threads");
    const held = () => process.memoryUsage.rss() / 2 ** 20;
    const before = held();
    (() => new Uint8Array(new SharedArrayBuffer(200 * 2 ** 20)).fill(1))();
    gc({ type: "major", execution: "sync" });
    const look = () => (held() < before + 100 ? parentPort.postMessage("given back") : setTimeout(look, 5));
    look();
  `;
  const worker = new Worker(program, { eval: true });
  expect(await once(worker, "message")).toEqual(["given back"]);
  await worker.terminate();
});
