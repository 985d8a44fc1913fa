import { hostname } from "node:os";
import { type AnswerSettings, IDENTITY_OCTETS } from "./answer/answer-settings.ts";
import type { IdentityText } from "./config/server/identity-section.ts";
import type { ServerSettings } from "./config/server-file.ts";

/** What the operator has decided about answers, as the threads that answer need it. */
export function openAnswers(settings: ServerSettings, version: string): AnswerSettings {
  const { explain, identity } = settings;
  return {
    operators: explain.allow,
    identity: {
      nsid: toOctets(identity.nsid, hostname(), IDENTITY_OCTETS.nsid),
      version: toOctets(identity.version, `rondo ${version}`, IDENTITY_OCTETS.version),
      id: toOctets(identity.id, hostname(), IDENTITY_OCTETS.id),
    },
  };
}

function toOctets(text: IdentityText, auto: string, most: number): Uint8Array {
  if (text === undefined) return new Uint8Array(0);
  return text === "auto" ? new Uint8Array(Buffer.from(auto).subarray(0, most)) : text.octets;
}
