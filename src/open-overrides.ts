import type { Clock } from "./clock/clock.ts";
import type { ControlPlane } from "./control/control-plane.ts";
import type { HandedOut } from "./control/handed-out.ts";
import { OverrideDesk } from "./control/override-desk.ts";
import { OverrideStore } from "./control/overrides.ts";
import { createOverridesFile } from "./control/overrides-file.ts";
import type { Log } from "./log/log.ts";

export interface OpenOverrides {
  readonly store: OverrideStore;
  readonly desk: OverrideDesk;
}

/** Takes up what operators said in earlier runs, before anything is answered. */
export async function openOverrides(
  plane: ControlPlane,
  handedOut: HandedOut,
  stateDirectory: string,
  clock: Clock,
  log: Log,
): Promise<OpenOverrides> {
  const store = await OverrideStore.open({
    file: createOverridesFile(stateDirectory, log),
    clock,
    wallClock: Date.now,
    log,
    onChange: (view) => plane.setOverrides(view),
  });
  for (const { action, selector, by, reason } of store.list()) {
    log.warn({ action, selector: selector.text, by, reason }, "override in force");
  }
  plane.setOverrides(store.view());
  const zones = (): ControlPlane["zones"] => plane.zones;
  const world = (): ControlPlane["world"] => plane.world;
  const desk = new OverrideDesk({ store, handedOut, zones, world, clock, wallClock: Date.now });
  return { store, desk };
}
