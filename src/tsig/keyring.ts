import { formatName, lowerName, parseName } from "../wire/name.ts";
import type { TsigAlgorithm } from "./algorithms.ts";

/** A secret shared with somebody. Plain data: survives structured cloning between threads. Never to be logged. */
export interface TsigKey {
  /** Wire form, lower case. */
  readonly name: Uint8Array;
  readonly algorithm: TsigAlgorithm;
  readonly secret: Uint8Array;
}

/** Keys by name, see `findKey()`. Plain data. */
export type Keyring = ReadonlyMap<string, TsigKey>;

export const NO_KEYS: Keyring = new Map();

/** A key as it is configured. */
export interface WrittenKey {
  /** Presentation form, in any case, with or without the dot at the end. */
  readonly name: string;
  readonly algorithm: TsigAlgorithm;
  readonly secret: Uint8Array;
}

/** Makes a keyring. Names that are none are for the reader of the settings to refuse. @throws if there is one */
export function createKeyring(keys: readonly WrittenKey[]): Keyring {
  return new Map(
    keys.map(({ name: written, algorithm, secret }) => {
      const parsed = parseName(written);
      if (!parsed.ok) throw new Error(parsed.error);
      const name = lowerName(parsed.name);
      // A copy of its own: a Buffer may be part of a larger one, all of which goes to each thread.
      return [keyOf(name), { name, algorithm, secret: Uint8Array.from(secret) }];
    }),
  );
}

/** @param name wire form, lower case */
export function findKey(keyring: Keyring, name: Uint8Array): TsigKey | undefined {
  return keyring.get(keyOf(name));
}

/** @param written presentation form, in any case, with or without the dot at the end */
export function findKeyByText(keyring: Keyring, written: string): TsigKey | undefined {
  const parsed = parseName(written);
  return parsed.ok ? findKey(keyring, lowerName(parsed.name)) : undefined;
}

/** The key's name, for people: without the dot at the end. */
export function formatKeyName({ name }: TsigKey): string {
  return formatName(name).replace(/(?<=.)\.$/, "");
}

function keyOf(name: Uint8Array): string {
  return Buffer.from(name.buffer, name.byteOffset, name.length).toString("latin1");
}
