import type { Address } from "../address/address.ts";
import { contains } from "../address/contains.ts";
import type { TransferRule } from "../zone/model.ts";

/**
 * Whether any rule lets somebody have a zone.
 *
 * @param key the name of the key that the request is signed with, verified; undefined: it is not signed
 */
export function mayTransfer(
  rules: readonly TransferRule[],
  source: Address,
  key: string | undefined,
): boolean {
  return rules.some(
    (rule) =>
      (rule.prefix === undefined || contains(rule.prefix, source)) &&
      (rule.key === undefined || rule.key === key),
  );
}
