import { formatAddress, parseAddress } from "../address/parse.ts";
import type { CheckTarget } from "../zone/model.ts";
import { createTcpCheck } from "./tcp-check.ts";

/**
 * A reference (`tcp://192.0.2.1:443`, `tcp://[2001:db8::1]:443`): a witness that our own network works, probed like a
 * TCP target with the default times.
 *
 * @returns a sentence without a full stop that says what is wrong, if something is
 */
export function parseReference(text: string): CheckTarget | string {
  const match = /^tcp:\/\/(?:\[([^\]]*)\]|([^:[\]]*)):([0-9]{1,5})$/i.exec(text);
  if (match === null) return `${JSON.stringify(text)} is not of the form tcp://ADDRESS:PORT`;
  const [, bracketed, plain, portText] = match;
  const address = parseAddress(bracketed ?? plain ?? "");
  const isBracketed = bracketed !== undefined;
  if (address === undefined || isBracketed !== (address.family === 6)) {
    return `${JSON.stringify(bracketed ?? plain)} is not an IP address: references are never looked up by name`;
  }
  const port = Number(portText);
  if (port < 1 || port > 65535) return `port ${portText} is not between 1 and 65535`;
  return createReference(formatAddress(address), port);
}

function createReference(address: string, port: number): CheckTarget {
  return {
    // No target of a zone has a key that begins like this.
    key: `reference ${address} ${port}`,
    address,
    port,
    check: createTcpCheck("reference"),
  };
}
