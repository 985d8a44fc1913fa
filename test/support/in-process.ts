/** The query path without sockets: zones from text, served by `respond()` as a worker would. */
import { type AnswerSettings, DEFAULT_ANSWER_SETTINGS } from "../../src/answer/answer-settings.ts";
import { type Context, createContext } from "../../src/answer/context.ts";
import { COUNTER_SLOTS } from "../../src/answer/counters.ts";
import { respond } from "../../src/answer/respond.ts";
import { ControlPlane } from "../../src/control/control-plane.ts";
import { SteeringMemory } from "../../src/control/memory.ts";
import type { GeoTable } from "../../src/geo/geo-table.ts";
import type { TargetState } from "../../src/health/snapshot.ts";
import { Serving } from "../../src/image/serving.ts";
import { prepareZone } from "../../src/loader/prepare-zone.ts";
import { silentLog } from "../../src/log/log.ts";
import { loadZone } from "../../src/zone/load-zone.ts";
import type { Zone } from "../../src/zone/model.ts";
import { createFakeClock, type FakeClock } from "./fake-clock.ts";
import { geoTable } from "./geo.ts";

/** Stands behind the room a response has; whoever writes further is found out. */
const SENTINEL = 0xa5;
const GUARD_OCTETS = 64;

/** Knows no address: scenarios bring their own `networks`. */
const EMPTY_GEO = geoTable({});

export interface InProcess {
  /**
   * Asks from 127.0.0.1.
   *
   * @returns the response, or undefined for silence
   */
  ask(packet: Uint8Array, transport: "udp" | "tcp"): Uint8Array | undefined;
  /** Replaces the zones of these files, by file name. */
  load(files: Readonly<Record<string, string>>): void;
  /** Sets the verdict on addresses; all others are up. */
  mark(verdicts: Readonly<Record<string, "up" | "down">>): void;
  readonly plane: ControlPlane;
  /** The control plane's. */
  readonly memory: SteeringMemory;
  readonly serving: Serving;
  readonly context: Context;
  /** What time it is: milliseconds, monotonic and since 1970. */
  readonly time: { now: number; wall: number };
  /** The control plane's. */
  readonly clock: FakeClock;
}

export function serveInProcess(
  files: Readonly<Record<string, string>>,
  geo: GeoTable = EMPTY_GEO,
  settings: AnswerSettings = DEFAULT_ANSWER_SETTINGS,
): InProcess {
  const serving = new Serving();
  const time = { now: 0, wall: Date.UTC(2024, 1, 29) };
  const context = createContext(new Uint32Array(COUNTER_SLOTS), settings, () => time.wall);
  context.source.set([127, 0, 0, 1]);
  const clock = createFakeClock();
  const memory = new SteeringMemory({ log: silentLog, onChange: () => {} });
  const plane = new ControlPlane({
    log: silentLog,
    clock,
    memory,
    publish: (publication) => {
      serving.apply(publication);
      if (context.rotation.length < serving.rotationSlots) {
        const grown = new Uint32Array(serving.rotationSlots);
        grown.set(context.rotation);
        context.rotation = grown;
      }
    },
  });
  const load = (changed: Readonly<Record<string, string>>): void => {
    plane.serve(
      Object.entries(changed).map(([file, text]) => prepareZone(readZone(file, text), geo, 0)),
    );
  };
  load(files);
  const out = new Uint8Array(65_535 + GUARD_OCTETS);
  return {
    serving,
    context,
    time,
    plane,
    memory,
    clock,
    load,
    ask: (packet, transport) => {
      context.stream = transport === "tcp";
      const room = context.stream ? 65_535 : context.udpLimit;
      out.fill(SENTINEL, room, room + GUARD_OCTETS);
      // Over UDP the answer takes the place of the query, as in a thread on the fast path.
      const isInPlace = !context.stream && packet.length <= room;
      if (isInPlace) out.set(packet);
      const octets = isInPlace ? out : packet;
      const length = respond(octets, packet.length, context, serving, time.now, out);
      if (
        length > room ||
        out.subarray(room, room + GUARD_OCTETS).some((octet) => octet !== SENTINEL)
      ) {
        throw new RangeError(`A response of ${length} octets, or one that wrote beyond ${room}`);
      }
      return length === 0 ? undefined : out.slice(0, length);
    },
    mark: (verdicts) => {
      const targets = new Map<string, TargetState>();
      for (const { zone } of plane.zones) {
        for (const target of zone.pools.flatMap((pool) =>
          pool.values.flatMap((value) => value.targets),
        )) {
          targets.set(target.key, stateOf(verdicts[target.address] ?? "up"));
        }
      }
      plane.setHealth({ targets });
    },
  };
}

function readZone(file: string, text: string): Zone {
  const { zone, issues } = loadZone(text, { file, changedAt: 1 });
  if (zone === undefined) throw new SyntaxError(JSON.stringify(issues, undefined, 1));
  return zone;
}

function stateOf(verdict: "up" | "down"): TargetState {
  return {
    verdict,
    suspect: false,
    held: false,
    blind: false,
    stale: false,
    since: 0,
    lastError: verdict === "down" ? "refused" : undefined,
  };
}
