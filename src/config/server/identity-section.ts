import { type Decoder, object, optional, text } from "../decode.ts";
import { quote } from "../tree.ts";
import type { Maybe, Section } from "./section.ts";

/** What the server says of itself when asked. Text as it is sent; undefined: it does not say. */
export interface IdentitySettings {
  /** May be hexadecimal, `0x…`. */
  readonly nsid: IdentityText;
  readonly version: IdentityText;
  readonly id: IdentityText;
}

/** `auto` stands for the host's name, or for name and version of the program. */
export type IdentityText = "auto" | { readonly octets: Uint8Array } | undefined;

interface WrittenIdentity {
  readonly nsid: Maybe<WrittenText>;
  readonly version: Maybe<WrittenText>;
  readonly id: Maybe<WrittenText>;
}

type WrittenText = "none" | NonNullable<IdentityText>;

/**
 * @param most octets
 * @param toOctets reads what is written, if it does not stand for itself
 */
function identityText(
  most: number,
  toOctets: (written: string) => Uint8Array | undefined,
): Decoder<WrittenText> {
  return (tree, name, issues) => {
    const written = text(tree, name, issues);
    if (written === undefined || written === "none" || written === "auto") return written;
    const octets = toOctets(written);
    if (octets === undefined) {
      issues.error(tree.place, `${name} must be "0x" and pairs of hex digits: ${quote(written)}`);
      return undefined;
    }
    if (octets.length > 0 && octets.length <= most) return { octets };
    const why = `must have 1 to ${most} octets and has ${octets.length}`;
    issues.error(tree.place, `${name} ${why}; "none" says nothing`);
    return undefined;
  };
}

export const identitySection: Section<WrittenIdentity, IdentitySettings> = {
  decode: object<WrittenIdentity>("the identity settings", {
    nsid: optional(identityText(128, readNsid)),
    version: optional(identityText(255, encode)),
    id: optional(identityText(255, encode)),
  }),
  defaults: { nsid: undefined, version: undefined, id: undefined },
  complete: ({ nsid, version, id }) => ({
    nsid: complete(nsid),
    version: complete(version),
    id: complete(id),
  }),
};

function complete(written: Maybe<WrittenText>): IdentityText {
  return written === undefined || written.value === "none" ? undefined : written.value;
}

function encode(written: string): Uint8Array {
  return new Uint8Array(Buffer.from(written));
}

function readNsid(written: string): Uint8Array | undefined {
  if (!written.startsWith("0x")) return encode(written);
  const digits = written.slice(2);
  return /^([0-9a-f]{2})+$/i.test(digits) ? new Uint8Array(Buffer.from(digits, "hex")) : undefined;
}
