import {
  type NotifyTarget,
  type TransferRule,
  transfer,
  type WrittenTransfer,
} from "../transfer-schema.ts";
import type { Section } from "./section.ts";

/** What holds for zones that say nothing else. */
export interface TransferSettings {
  /** Who may have a whole zone; nobody if empty. */
  readonly allow: readonly TransferRule[];
  /** Who is told when a zone changes. */
  readonly notify: readonly NotifyTarget[];
}

export const transferSection: Section<WrittenTransfer, TransferSettings> = {
  decode: transfer,
  defaults: { allow: [], notify: [] },
  complete: ({ allow, notify }) => ({
    allow: allow?.value.map(({ value }) => value) ?? [],
    notify: notify?.value.map(({ value }) => value) ?? [],
  }),
};
