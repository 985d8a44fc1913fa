import type { Prefix } from "../address/address.ts";

/**
 * What the operator has decided about answers beside the zones. Every thread that answers gets it as it is: plain data and
 * shared buffers, so that it can be sent to a thread (structured clone).
 */
export interface AnswerSettings {
  /** Who may ask for explanations; nobody if empty. */
  readonly operators: readonly Prefix[];
}

export const DEFAULT_ANSWER_SETTINGS: AnswerSettings = { operators: [] };
