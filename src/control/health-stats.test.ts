import { expect, it } from "vitest";
import type { CheckTarget } from "../zone/model.ts";
import { DURATION_BOUNDS_S, HealthStats } from "./health-stats.ts";

function target(key: string, check: string): CheckTarget {
  return { key, check: { name: check } } as CheckTarget;
}

const SUCCESS = { kind: "success" } as const;
const FAILURE = { kind: "failure", contact: false, detail: "refused" } as const;

it("noteProbe() counts results, and the durations of conclusive ones", () => {
  const stats = new HealthStats();
  const web = target("a", "web");
  stats.keepOnly([web]);
  stats.noteProbe(web, SUCCESS, 5);
  stats.noteProbe(web, FAILURE, 6);
  stats.noteProbe(web, FAILURE, 60_000);
  stats.noteProbe(web, { kind: "inconclusive", detail: "EMFILE" }, 1);
  const counts = stats.probes.get("web")!;
  expect(counts.results).toEqual({ success: 1, failure: 2, inconclusive: 1 });
  expect(counts.durations).toEqual([1, 1, ...DURATION_BOUNDS_S.slice(2).map(() => 0), 1]);
  expect(counts.durationSumS).toBeCloseTo(60.011, 9);
});

it("noteVerdict() counts changes, of which the first verdict is none unless it is bad news", () => {
  const stats = new HealthStats();
  const web = target("a", "web");
  stats.keepOnly([web]);
  const verdict = (from: "init" | "up" | "down", to: "up" | "down"): void =>
    stats.noteVerdict({ target: web, isReference: false, from, to, at: 0, detail: undefined });
  verdict("init", "up");
  expect(stats.changesOf("a")).toEqual({ up: 0, down: 0 });
  verdict("up", "down");
  verdict("down", "up");
  verdict("up", "down");
  expect(stats.changesOf("a")).toEqual({ up: 1, down: 2 });
});

it("keepOnly() goes on counting for what stays and forgets the rest", () => {
  const stats = new HealthStats();
  const [web, mail] = [target("a", "web"), target("b", "mail")];
  stats.keepOnly([web, mail]);
  stats.noteProbe(web, SUCCESS, 1);
  stats.noteProbe(mail, SUCCESS, 1);
  stats.keepOnly([web]);
  stats.noteProbe(mail, SUCCESS, 1);
  expect([...stats.probes.keys()]).toEqual(["web"]);
  expect(stats.probes.get("web")!.results.success).toBe(1);
  stats.keepOnly([web, mail]);
  expect(stats.probes.get("mail")!.results.success).toBe(0);
});
