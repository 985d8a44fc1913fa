import type { Prefix } from "../address/address.ts";

/** Who asks, over what, and the worker's own state: everything `respond()` needs beside the query and the image. */
export interface Context {
  /** Source address: octets 0–3 for IPv4, all 16 for IPv6. IPv4-mapped addresses arrive here as IPv4. */
  readonly source: Uint8Array;
  family: 4 | 6;
  /** Stream transports have no truncation below 65 535 octets. */
  stream: boolean;
  /** The server's own ceiling for a UDP response in octets (1232, RFC 9715). */
  readonly udpLimit: number;
  /**
   * Rotation counters by slot, shared with the control plane, which only reads; the server replaces it by a larger copy
   * before a publication that asks for more slots.
   */
  rotation: Uint32Array;
  /** Who may ask for explanations; undefined or empty: nobody. */
  operators?: readonly Prefix[];
  /** This worker's slots, see counters.ts. Shared with the control plane, which only reads. */
  readonly counters: Uint32Array;
}
