/**
 * The shapes of api.ts as JSON Schema. Tests hold real answers against them.
 */
import {
  BOOLEAN,
  COUNT,
  listOf,
  NUMBER,
  object,
  oneOf,
  orNull,
  type Schema,
  STRING,
  TIME,
} from "./json-schema.ts";
import { ACTION } from "./request-schemas.ts";

const OVERRIDE = object({
  id: STRING,
  action: ACTION,
  selector: STRING,
  by: STRING,
  reason: orNull(STRING),
  since: TIME,
  until: orNull(TIME),
  matches: COUNT,
});

const PROBLEM = object({
  file: STRING,
  zone: orNull(STRING),
  kind: oneOf("refused", "mass-change", "duplicate", "gone", "folder"),
  text: STRING,
});

const VALUE_STATE = oneOf(
  "drained",
  "forced-down",
  "disabled",
  "forced-up",
  "unchecked",
  "init",
  "up",
  "suspect",
  "blind",
  "down",
  "held",
);

const VALUE = object({
  value: STRING,
  type: STRING,
  datacenter: orNull(STRING),
  weight: NUMBER,
  effectiveWeight: NUMBER,
  state: VALUE_STATE,
  inService: BOOLEAN,
  lastError: orNull(STRING),
  since: orNull(TIME),
  nextChange: orNull(TIME),
  override: orNull(STRING),
});

const MODE = oneOf(
  "normal",
  "all-down-open",
  "all-down-last",
  "last-resort",
  "all-down-closed",
  "all-down-servfail",
  "nodata",
  "unresolved",
);

const NAME = object({
  name: STRING,
  type: STRING,
  modes: listOf(MODE),
  troubles: listOf(object({ mode: MODE, rules: listOf({ ...COUNT, minimum: 1 }), reason: STRING })),
  answers: COUNT,
  shares: listOf(
    object({
      pool: orNull(STRING),
      value: STRING,
      answers: COUNT,
      share: NUMBER,
      configured: NUMBER,
    }),
  ),
});

const SECONDARY = object({
  primaries: listOf(STRING),
  state: oneOf("current", "expired", "missing", "restoring"),
  serial: orNull(COUNT),
  asked: orNull(TIME),
  confirmed: orNull(TIME),
  confirmedBy: orNull(STRING),
  expires: orNull(TIME),
  next: orNull(TIME),
  lastTransfer: orNull(
    object({ primary: STRING, kind: oneOf("whole", "incremental"), serial: COUNT, at: TIME }),
  ),
  lastError: orNull(STRING),
});

const PEER = object({
  address: STRING,
  notified: listOf(
    object({
      zone: STRING,
      port: COUNT,
      key: orNull(STRING),
      serial: COUNT,
      state: oneOf("pending", "answered", "refused", "unanswered", "unsent"),
      rcode: orNull(COUNT),
      at: orNull(TIME),
    }),
  ),
  transferred: listOf(
    object({
      zone: STRING,
      kind: oneOf("whole", "incremental"),
      serial: COUNT,
      key: orNull(STRING),
      broken: BOOLEAN,
      at: TIME,
    }),
  ),
});

const ZONE = object({
  name: STRING,
  serial: COUNT,
  records: COUNT,
  file: STRING,
  origin: oneOf("file", "copy"),
  secondary: orNull(SECONDARY),
  names: listOf(NAME),
  pools: listOf(
    object({
      name: STRING,
      policy: STRING,
      inService: COUNT,
      total: COUNT,
      heldBack: { type: ["string", "null"] },
      heldBackUntil: orNull(TIME),
      values: listOf(VALUE),
      nested: listOf(
        object({
          pool: STRING,
          type: STRING,
          weight: NUMBER,
          state: VALUE_STATE,
          inService: COUNT,
          total: COUNT,
        }),
      ),
    }),
  ),
});

export const STATE: Schema = object({
  version: STRING,
  pid: COUNT,
  startedAt: TIME,
  now: TIME,
  ready: BOOLEAN,
  blind: BOOLEAN,
  certificate: orNull(object({ names: STRING, expires: TIME })),
  stateDirectory: STRING,
  copyProblem: orNull(STRING),
  zones: listOf(ZONE),
  overrides: listOf(OVERRIDE),
  peers: listOf(PEER),
  problems: listOf(PROBLEM),
});

export const OVERRIDES: Schema = object({ overrides: listOf(OVERRIDE) });

export const PLACED: Schema = object({
  override: OVERRIDE,
  values: listOf(object({ zone: STRING, pool: STRING, value: STRING })),
  safeToStopAt: orNull(TIME),
  stillAnswered: listOf(STRING),
  plainRecords: listOf(object({ name: STRING, type: STRING, value: STRING, ttl: COUNT })),
  saved: BOOLEAN,
});

export const LIFTED: Schema = object({ removed: listOf(OVERRIDE), saved: BOOLEAN });

export const FAILED_BACK: Schema = object({
  pools: listOf(object({ zone: STRING, pool: STRING })),
});

export const RELOADED: Schema = object({
  changed: listOf(object({ zone: STRING, serial: COUNT, records: COUNT })),
  removed: listOf(STRING),
  kept: listOf(object({ zone: STRING, reason: STRING })),
  problems: listOf(PROBLEM),
});

export const RETRANSFERRED: Schema = object({
  zone: STRING,
  transferred: BOOLEAN,
  serial: orNull(COUNT),
  records: COUNT,
  primary: orNull(STRING),
  reason: orNull(STRING),
});

export const UPGRADED: Schema = object({
  takenOver: BOOLEAN,
  pid: orNull(COUNT),
  version: orNull(STRING),
  reason: orNull(STRING),
});

/** docs/explain.md has the rest. */
export const EXPLANATION: Schema = {
  type: "object",
  properties: {
    source: oneOf("server"),
    name: STRING,
    type: STRING,
    client: STRING,
    resolver: STRING,
    status: oneOf("NOERROR", "NXDOMAIN", "REFUSED", "SERVFAIL", "YXDOMAIN"),
    scope: { ...COUNT, maximum: 128 },
    links: listOf({
      type: "object",
      properties: {
        name: STRING,
        zone: STRING,
        owner: orNull(STRING),
        kind: STRING,
        answer: { type: ["object", "null"] },
        steering: { type: ["object", "null"] },
        note: orNull(STRING),
      },
      required: ["name", "zone", "owner", "kind", "answer", "steering", "note"],
    }),
  },
  required: ["source", "name", "type", "client", "resolver", "status", "scope", "links"],
};

export const WELL: Schema = object({ status: oneOf("ok", "failing") });

export const ERROR: Schema = object({
  error: object({
    code: oneOf(
      "bad-request",
      "unauthorized",
      "forbidden",
      "not-found",
      "method-not-allowed",
      "no-match",
      "refused",
      "too-large",
      "unsupported-media-type",
      "misdirected",
      "too-many-attempts",
      "upgrading",
      "internal",
    ),
    message: STRING,
    reasons: listOf(STRING),
  }),
});
