/** What the rdata of each type consists of, in wire order, and the keys octoDNS has for the parts. */
import {
  TYPE_CAA,
  TYPE_CNAME,
  TYPE_HTTPS,
  TYPE_MX,
  TYPE_NS,
  TYPE_PTR,
  TYPE_SOA,
  TYPE_SRV,
  TYPE_SVCB,
} from "../wire/rr-types.ts";

export type RdataFieldKind =
  | "u8"
  | "u16"
  | "u32"
  | "time"
  | "name"
  | "mailbox"
  | "tag"
  | "text"
  | "params";

export interface RdataField {
  /** The first is the one to write; the others are older spellings. */
  readonly keys: readonly [string, ...string[]];
  readonly kind: RdataFieldKind;
  /** What stands for the field where the file may leave it out. */
  readonly absent?: readonly number[];
}

const SERVICE: readonly RdataField[] = [
  { keys: ["priority", "svcpriority"], kind: "u16" },
  { keys: ["target", "targetname"], kind: "name" },
  { keys: ["params", "svcparams"], kind: "params", absent: [] },
];

/** A and AAAA are addresses and TXT is a list of strings: they have readers of their own. */
export const RDATA_FIELDS: ReadonlyMap<number, readonly RdataField[]> = new Map([
  [TYPE_NS, [{ keys: ["value"], kind: "name" }]],
  [TYPE_CNAME, [{ keys: ["value"], kind: "name" }]],
  [TYPE_PTR, [{ keys: ["value"], kind: "name" }]],
  [
    TYPE_MX,
    [
      { keys: ["preference", "priority"], kind: "u16" },
      { keys: ["exchange", "value"], kind: "name" },
    ],
  ],
  [
    TYPE_SRV,
    [
      { keys: ["priority"], kind: "u16" },
      { keys: ["weight"], kind: "u16" },
      { keys: ["port"], kind: "u16" },
      { keys: ["target"], kind: "name" },
    ],
  ],
  [
    TYPE_CAA,
    [
      { keys: ["flags"], kind: "u8", absent: [0] },
      { keys: ["tag"], kind: "tag" },
      { keys: ["value"], kind: "text" },
    ],
  ],
  [TYPE_HTTPS, SERVICE],
  [TYPE_SVCB, SERVICE],
  [
    TYPE_SOA,
    [
      { keys: ["mname"], kind: "name" },
      { keys: ["rname"], kind: "mailbox" },
      { keys: ["serial"], kind: "u32" },
      { keys: ["refresh"], kind: "time" },
      { keys: ["retry"], kind: "time" },
      { keys: ["expire"], kind: "time" },
      { keys: ["minimum"], kind: "time" },
    ],
  ],
]);
