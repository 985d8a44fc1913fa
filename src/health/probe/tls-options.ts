import { isIP } from "node:net";
import {
  type ConnectionOptions,
  checkServerIdentity,
  createSecureContext,
  type SecureContext,
} from "node:tls";
import type { CheckTarget, TlsSettings } from "../../zone/model.ts";

/** SNI, trust, and the name that the certificate must bear. */
export function findTlsOptions({ address, check }: CheckTarget): ConnectionOptions {
  const name = check.host ?? address;
  const context = findContext(check.tls);
  return {
    // RFC 6066 §3: no literal addresses in SNI.
    servername: isIP(name) === 0 ? name : "",
    rejectUnauthorized: check.tls.verify,
    checkServerIdentity: (_host, certificate) => checkServerIdentity(name, certificate),
    ALPNProtocols: ["http/1.1"],
    ...(context === undefined ? {} : { secureContext: context }),
  };
}

/** Reading authorities costs milliseconds: once per check, not once per probe. */
const contexts = new WeakMap<TlsSettings, SecureContext>();

function findContext(settings: TlsSettings): SecureContext | undefined {
  if (settings.ca === undefined) return undefined;
  const known = contexts.get(settings);
  if (known !== undefined) return known;
  const context = createSecureContext({ ca: settings.ca });
  contexts.set(settings, context);
  return context;
}
