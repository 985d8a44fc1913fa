import type { ControlRequest } from "./control-desk.ts";

/**
 * What a thread of the data plane and the control plane's thread say to each other about control messages. The thread numbers
 * its exchanges; each `next` is answered by one `message`, or by the `end`.
 */
export type ToControlDesk =
  | { readonly type: "open"; readonly id: number; readonly request: ControlRequest }
  | { readonly type: "next"; readonly id: number }
  /** Nobody waits for the rest. Not answered. */
  | { readonly type: "abandon"; readonly id: number };

export type FromControlDesk =
  | { readonly type: "message"; readonly id: number; readonly octets: Uint8Array }
  /** `isWhole` is false if something of the reply is missing because of a fault. */
  | { readonly type: "end"; readonly id: number; readonly isWhole: boolean };
