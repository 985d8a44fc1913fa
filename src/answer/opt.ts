import { readExpire } from "../image/expiry-table.ts";
import { READER, type Serving } from "../image/serving.ts";
import {
  OPTION_CLIENT_SUBNET,
  OPTION_COOKIE,
  OPTION_EXPIRE,
  OPTION_EXTENDED_ERROR,
  OPTION_HEAD_OCTETS,
  OPTION_KEEPALIVE,
  OPTION_NSID,
  OPTION_PADDING,
  RCODE_NOERROR,
} from "../wire/message.ts";
import type { Query } from "../wire/query.ts";
import { CLASS_IN, TYPE_OPT, TYPE_SOA } from "../wire/rr-types.ts";
import type { Context } from "./context.ts";
import { CLIENT_COOKIE_OCTETS, type CookieJar, SERVER_COOKIE_OCTETS } from "./cookie-jar.ts";
import { EXTENDED_ERROR, extraTextOf } from "./extended-error.ts";
import { type Response, write16 } from "./response.ts";

const OPT_OCTETS = 11;
/** Option code and length, family, source and scope prefix length. */
const SUBNET_OCTETS = 8;
const COOKIE_OCTETS = OPTION_HEAD_OCTETS + CLIENT_COOKIE_OCTETS + SERVER_COOKIE_OCTETS;
const KEEPALIVE_OCTETS = OPTION_HEAD_OCTETS + 2;
const EXPIRE_OCTETS = OPTION_HEAD_OCTETS + 4;
const INFO_CODE_OCTETS = 2;
/** Responses are made a multiple of this long (RFC 8467 §4.1). */
const PADDING_BLOCK_OCTETS = 468;

/** @returns octets to keep free for the OPT record of the response; 0 if there will be none */
export function optOctets(query: Query, context: Context): number {
  if (!query.hasEdns) return 0;
  let size = OPT_OCTETS;
  if (query.hasSubnet) size += SUBNET_OCTETS + query.subnetOctets;
  if (query.cookieAt !== 0 && context.cookies !== undefined) size += COOKIE_OCTETS;
  if (query.wantsNsid) size += nsidOctets(context);
  if (query.wantsKeepalive && context.keepalive > 0) size += KEEPALIVE_OCTETS;
  if (query.wantsExpire && query.type === TYPE_SOA) size += EXPIRE_OCTETS;
  return size;
}

/**
 * Writes the OPT record (RFC 6891 §6.1): our payload size, the upper bits of the RCODE, DO as it came, no other flag; then
 * the options that were asked for.
 *
 * @param limit octets the response may have
 * @param scope how far the answer is good for (RFC 7871 §7.2.1)
 */
export function writeOpt(
  response: Response,
  query: Query,
  context: Context,
  rcode: number,
  limit: number,
  scope: number,
  serving: Serving,
): void {
  const out = response.octets;
  const start = response.at;
  out[start] = 0;
  write16(out, start + 1, TYPE_OPT);
  write16(out, start + 3, context.udpLimit);
  out[start + 5] = rcode >> 4;
  out[start + 6] = 0;
  write16(out, start + 7, query.dnssecOk ? 0x8000 : 0);
  response.at = start + OPT_OCTETS;
  response.additionals++;
  if (query.hasSubnet) writeSubnet(response, query, scope);
  if (query.cookieAt !== 0 && context.cookies !== undefined) {
    writeCookie(response, context.cookies);
  }
  if (query.wantsNsid) writeNsid(response, context);
  if (query.wantsKeepalive && context.keepalive > 0) writeKeepalive(response, context.keepalive);
  if (query.wantsExpire && rcode === RCODE_NOERROR) writeExpire(response, query, context, serving);
  if (response.extendedError !== EXTENDED_ERROR.none) writeExtendedError(response, limit);
  if (query.wantsPadding && context.encrypted) writePadding(response, limit);
  write16(out, start + 9, response.at - start - OPT_OCTETS);
}

function writeSubnet(response: Response, query: Query, scope: number): void {
  const { octets: out, at } = response;
  write16(out, at, OPTION_CLIENT_SUBNET);
  write16(out, at + 2, SUBNET_OCTETS - OPTION_HEAD_OCTETS + query.subnetOctets);
  write16(out, at + 4, query.subnetFamily);
  out[at + 6] = query.subnetSource;
  out[at + 7] = scope;
  for (let i = 0; i < query.subnetOctets; i++) {
    out[at + SUBNET_OCTETS + i] = query.subnet[i]!;
  }
  response.at = at + SUBNET_OCTETS + query.subnetOctets;
}

/** The client's cookie as it came, and the server cookie that the jar has ready for it (RFC 7873 §5.2). */
function writeCookie(response: Response, jar: CookieJar): void {
  const { octets: out, at } = response;
  const client = at + OPTION_HEAD_OCTETS;
  const server = client + CLIENT_COOKIE_OCTETS;
  write16(out, at, OPTION_COOKIE);
  write16(out, at + 2, COOKIE_OCTETS - OPTION_HEAD_OCTETS);
  for (let i = 0; i < CLIENT_COOKIE_OCTETS; i++) out[client + i] = jar.clientCookie[i]!;
  for (let i = 0; i < SERVER_COOKIE_OCTETS; i++) out[server + i] = jar.serverCookie[i]!;
  response.at = at + COOKIE_OCTETS;
}

function nsidOctets({ identity }: Context): number {
  return identity.nsid.length === 0 ? 0 : OPTION_HEAD_OCTETS + identity.nsid.length;
}

function writeNsid(response: Response, context: Context): void {
  const { nsid } = context.identity;
  if (nsid.length === 0) return;
  const { octets, at } = response;
  write16(octets, at, OPTION_NSID);
  write16(octets, at + 2, nsid.length);
  octets.set(nsid, at + OPTION_HEAD_OCTETS);
  response.at = at + nsidOctets(context);
}

/** Tells how long the connection may be idle (RFC 7828 §3.3.2). */
function writeKeepalive(response: Response, timeout: number): void {
  const { octets, at } = response;
  write16(octets, at, OPTION_KEEPALIVE);
  write16(octets, at + 2, 2);
  write16(octets, at + OPTION_HEAD_OCTETS, timeout);
  response.at = at + KEEPALIVE_OCTETS;
}

/** Tells those who ask for the SOA of a zone how long they may keep the zone (RFC 7314 §3). */
function writeExpire(
  response: Response,
  { name, type, class: queryClass }: Query,
  { wallClock, expiries }: Context,
  serving: Serving,
): void {
  if (type !== TYPE_SOA || queryClass !== CLASS_IN || !response.authoritative) return;
  const segment = serving.findZone(name, type, READER.asked);
  if (segment === undefined || segment.apexLabels !== name.labels) return;
  const { octets, at } = response;
  const seconds = readExpire(segment, expiries, wallClock());
  if (seconds < 0) return;
  write16(octets, at, OPTION_EXPIRE);
  write16(octets, at + 2, 4);
  write16(octets, at + OPTION_HEAD_OCTETS, seconds >>> 16);
  write16(octets, at + OPTION_HEAD_OCTETS + 2, seconds & 0xffff);
  response.at = at + EXPIRE_OCTETS;
}

/** Tells why there is no answer, if there is room: it is not what was asked for (RFC 8914 §3). */
function writeExtendedError(response: Response, limit: number): void {
  const { octets, at, extendedError } = response;
  const text = extraTextOf(extendedError);
  const textAt = at + OPTION_HEAD_OCTETS + INFO_CODE_OCTETS;
  if (textAt + text.length > limit) return;
  write16(octets, at, OPTION_EXTENDED_ERROR);
  write16(octets, at + 2, INFO_CODE_OCTETS + text.length);
  write16(octets, at + OPTION_HEAD_OCTETS, extendedError);
  octets.set(text, textAt);
  response.at = textAt + text.length;
}

/** Fills the message up to whole blocks, so that its length tells little (RFC 7830 §3, RFC 8467 §4.1). */
function writePadding(response: Response, limit: number): void {
  const { octets, at } = response;
  const data = at + OPTION_HEAD_OCTETS;
  const end = Math.ceil(data / PADDING_BLOCK_OCTETS) * PADDING_BLOCK_OCTETS;
  if (end > limit) return;
  write16(octets, at, OPTION_PADDING);
  write16(octets, at + 2, end - data);
  octets.fill(0, data, end);
  response.at = end;
}
