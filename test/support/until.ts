import { vi } from "vitest";

/** Waits for a condition. The limit is far beyond what a slow machine needs: only what never comes meets it. */
export function until(holds: () => boolean | Promise<boolean>, intervalMs = 5): Promise<boolean> {
  return vi.waitUntil(holds, { timeout: 30_000, interval: intervalMs });
}
