/**
 * The server file (rondo.yaml). Each key that holds a mapping has a file of its own in `server/`: what may be written
 * there, what holds without it, and what it comes to.
 */
import { dirname, isAbsolute, join } from "node:path";
import { isLoopback } from "../address/is-loopback.ts";
import { parseAddress } from "../address/parse.ts";
import {
  type Decoder,
  fullListOf,
  integer,
  type Located,
  listOf,
  object,
  oneOf,
  optional,
  startOf,
  text,
} from "./decode.ts";
import type { Issue } from "./issue.ts";
import { IssueList } from "./issue-list.ts";
import { parseYaml } from "./parse-yaml.ts";
import { canonicalName } from "./plain-name.ts";
import { type AdminSettings, adminSection } from "./server/admin-section.ts";
import { type CatalogSettings, catalogSection } from "./server/catalog-section.ts";
import { type CookiesSettings, cookiesSection } from "./server/cookies-section.ts";
import { type ExplainSettings, explainSection } from "./server/explain-section.ts";
import { type GeoSettings, geoSection } from "./server/geo-section.ts";
import { type HealthSettings, healthSection } from "./server/health-section.ts";
import { type IdentitySettings, identitySection } from "./server/identity-section.ts";
import { type KeySettings, keysSection } from "./server/keys-section.ts";
import { type ListenSetting, listenItem, usesTls } from "./server/listen-item.ts";
import { type LogSettings, logSection } from "./server/log-section.ts";
import { listNamedFiles, type NamedFile } from "./server/named-files.ts";
import { type RrlSettings, rrlSection } from "./server/rrl-section.ts";
import type { Maybe, Section } from "./server/section.ts";
import { type TlsSettings, tlsSection } from "./server/tls-section.ts";
import { type TransferSettings, transferSection } from "./server/transfer-section.ts";
import { formatSocketAddress, parseSocketAddress, type SocketAddress } from "./socket-address.ts";
import { quote, type Tree } from "./tree.ts";

/** The server file, checked, with defaults for what it leaves out. Paths are absolute or relative to the working directory. */
export interface ServerSettings {
  readonly listen: readonly ListenSetting[];
  readonly tls: TlsSettings;
  readonly zones: ZoneSource;
  /** UDP worker threads. */
  readonly workers: "auto" | number;
  readonly geo: GeoSettings;
  readonly health: HealthSettings;
  /** Recursive resolvers for the targets of ALIAS records that no zone here holds. */
  readonly resolver: readonly SocketAddress[];
  /** A folder. */
  readonly state: string;
  readonly admin: AdminSettings;
  readonly explain: ExplainSettings;
  readonly identity: IdentitySettings;
  readonly cookies: CookiesSettings;
  readonly rrl: RrlSettings;
  /** Shared with secondaries and primaries. */
  readonly keys: readonly KeySettings[];
  readonly transfer: TransferSettings;
  readonly catalog: CatalogSettings;
  readonly log: LogSettings;
}

export type ZoneSource =
  | { readonly kind: "folder"; readonly path: string }
  | { readonly kind: "files"; readonly paths: readonly string[] };

/** What holds without a server file; its keys are in the order of the manual. */
export const DEFAULT_SERVER_SETTINGS: ServerSettings = {
  listen: [
    { address: "0.0.0.0", port: 53 },
    { address: "::", port: 53 },
  ],
  tls: tlsSection.defaults,
  zones: { kind: "folder", path: "./zones" },
  workers: "auto",
  geo: geoSection.defaults,
  health: healthSection.defaults,
  resolver: [],
  state: "./state",
  admin: adminSection.defaults,
  explain: explainSection.defaults,
  identity: identitySection.defaults,
  cookies: cookiesSection.defaults,
  rrl: rrlSection.defaults,
  keys: keysSection.defaults,
  transfer: transferSection.defaults,
  catalog: catalogSection.defaults,
  log: logSection.defaults,
};

/**
 * Reads a server file (rondo.yaml). Its relative paths are relative to `file`. Never throws.
 *
 * @param findProblem says why a file that the start needs cannot be used, if it cannot; each is a warning
 */
export function readServerFile(
  source: string,
  file: string,
  findProblem?: (file: NamedFile) => string | undefined,
): { readonly settings: ServerSettings | undefined; readonly issues: readonly Issue[] } {
  const issues = new IssueList(file, source);
  // A file of comments alone leaves everything at its default.
  const isBlank = source.split("\n").every((line) => /^\s*(#|$)/.test(line));
  const tree = isBlank ? undefined : parseYaml(source, issues);
  const decoded = tree === undefined ? undefined : serverFile(tree, "the file", issues);
  if (decoded !== undefined) {
    checkKeyNames(decoded, issues);
    checkAddresses(decoded, issues);
    checkTls(decoded, issues);
    if (findProblem !== undefined) {
      checkAdmin(decoded, issues);
      checkNamedFiles(decoded, dirname(file), findProblem, issues);
    }
  }
  if (issues.errors > 0) return { settings: undefined, issues: issues.list() };
  return { settings: complete(decoded, dirname(file)), issues: issues.list() };
}

/** What a section may hold. */
type WrittenIn<S> = S extends Section<infer Written, infer _> ? Maybe<Written> : never;

interface ServerFile {
  readonly listen: Maybe<readonly Located<ListenSetting>[]>;
  readonly tls: WrittenIn<typeof tlsSection>;
  readonly zones: Maybe<Tree>;
  readonly workers: Maybe<"auto" | number>;
  readonly geo: WrittenIn<typeof geoSection>;
  readonly health: WrittenIn<typeof healthSection>;
  readonly resolver: Maybe<readonly Located<SocketAddress>[]>;
  readonly state: Maybe<string>;
  readonly admin: WrittenIn<typeof adminSection>;
  readonly explain: WrittenIn<typeof explainSection>;
  readonly identity: WrittenIn<typeof identitySection>;
  readonly cookies: WrittenIn<typeof cookiesSection>;
  readonly rrl: WrittenIn<typeof rrlSection>;
  readonly keys: WrittenIn<typeof keysSection>;
  readonly transfer: WrittenIn<typeof transferSection>;
  readonly catalog: WrittenIn<typeof catalogSection>;
  readonly log: WrittenIn<typeof logSection>;
}

const dnsAddress: Decoder<SocketAddress> = (tree, name, issues) => {
  const written = text(tree, name, issues);
  if (written === undefined) return undefined;
  const parsed = parseSocketAddress(written, 53);
  if (typeof parsed !== "string") return parsed;
  issues.error(tree.place, `${name}: ${parsed}`);
  return undefined;
};

const workers: Decoder<"auto" | number> = (tree, name, issues) =>
  tree.kind === "scalar" && typeof tree.value === "string"
    ? oneOf(["auto"])(tree, `${name} must be a whole number from 1 to 256, or it`, issues)
    : integer(1, 256)(tree, name, issues);

const zones: Decoder<Tree> = (tree, name, issues) => {
  const items = tree.kind === "list" ? tree.items : [tree];
  const paths = items.map((item) => text(item, name, issues));
  return paths.includes(undefined) ? undefined : tree;
};

const serverFile: Decoder<ServerFile> = object<ServerFile>("the server file", {
  listen: optional(fullListOf(listenItem)),
  tls: optional(tlsSection.decode),
  zones: optional(zones),
  workers: optional(workers),
  geo: optional(geoSection.decode),
  health: optional(healthSection.decode),
  resolver: optional(listOf(dnsAddress)),
  state: optional(text),
  admin: optional(adminSection.decode),
  explain: optional(explainSection.decode),
  identity: optional(identitySection.decode),
  cookies: optional(cookiesSection.decode),
  rrl: optional(rrlSection.decode),
  keys: optional(keysSection.decode),
  transfer: optional(transferSection.decode),
  catalog: optional(catalogSection.decode),
  log: optional(logSection.decode),
});

function complete(file: ServerFile | undefined, folder: string): ServerSettings {
  const defaults = DEFAULT_SERVER_SETTINGS;
  const resolve = resolverFrom(folder);
  function settingsOf<W, S>(section: Section<W, S>, written: Maybe<W>): S {
    return written === undefined ? section.defaults : section.complete(written.value, resolve);
  }
  return {
    listen: file?.listen?.value.map(({ value }) => value) ?? defaults.listen,
    tls: settingsOf(tlsSection, file?.tls),
    zones: resolveZones(file?.zones?.value, resolve),
    workers: file?.workers?.value ?? defaults.workers,
    geo: settingsOf(geoSection, file?.geo),
    health: settingsOf(healthSection, file?.health),
    resolver: file?.resolver?.value.map(({ value }) => value) ?? defaults.resolver,
    state: resolve(file?.state?.value ?? defaults.state),
    admin: settingsOf(adminSection, file?.admin),
    explain: settingsOf(explainSection, file?.explain),
    identity: settingsOf(identitySection, file?.identity),
    cookies: settingsOf(cookiesSection, file?.cookies),
    rrl: settingsOf(rrlSection, file?.rrl),
    keys: settingsOf(keysSection, file?.keys),
    transfer: settingsOf(transferSection, file?.transfer),
    catalog: settingsOf(catalogSection, file?.catalog),
    log: settingsOf(logSection, file?.log),
  };
}

function resolverFrom(folder: string): (path: string) => string {
  return (path) => (isAbsolute(path) ? path : join(folder, path));
}

/** The start tells of it, too, where the flag `--admin` wins over what is written here. */
function checkAdmin({ admin }: ServerFile, issues: IssueList): void {
  const { listen, token_file } = admin?.value ?? {};
  if (listen?.value.kind !== "tcp" || token_file !== undefined) return;
  const address = parseAddress(listen.value.address);
  if (address !== undefined && isLoopback(address)) return;
  const place = formatSocketAddress(listen.value);
  issues.error(
    listen.place,
    `the admin interface on ${place} can be reached by others: name a file with a token as token_file, or listen on 127.0.0.1`,
  );
}

/** No errors: the file is read on machines, too, that hold no secrets. */
function checkNamedFiles(
  written: ServerFile,
  folder: string,
  findProblem: (file: NamedFile) => string | undefined,
  issues: IssueList,
): void {
  for (const { file, place } of listNamedFiles(written, resolverFrom(folder))) {
    const problem = findProblem(file);
    if (problem !== undefined) issues.warn(place, problem);
  }
}

/** What names a key that is not there would keep somebody out without a word. */
function checkKeyNames({ keys, transfer, catalog }: ServerFile, issues: IssueList): void {
  const known = new Set(keys?.value.map(({ key }) => canonicalName(key)));
  for (const { allow, notify } of [transfer, catalog].flatMap((each) => each?.value ?? [])) {
    for (const { value, place } of [...(allow?.value ?? []), ...(notify?.value ?? [])]) {
      if (value.key === undefined || known.has(value.key)) continue;
      issues.error(place, `there is no key ${quote(value.key)} under "keys"`);
    }
  }
}

/** Every protocol takes connections, so an address with its port is good for one. */
function checkAddresses({ listen }: ServerFile, issues: IssueList): void {
  const seen = new Set<string>();
  for (const { value, place } of listen?.value ?? []) {
    const written = formatSocketAddress(value);
    if (seen.has(written)) issues.error(place, `${written} stands here twice`);
    seen.add(written);
    const all = { address: value.address.includes(":") ? "::" : "0.0.0.0", port: value.port };
    const isCovered = listen?.value.some(
      (other) => formatSocketAddress(other.value) === formatSocketAddress(all),
    );
    if (!isCovered || value.address === all.address) continue;
    issues.warn(
      place,
      `${formatSocketAddress(all)} covers ${written}: Linux opens no more than one of them`,
    );
  }
}

/** A certificate without its key serves nobody, and a listen address with TLS nobody without both. */
function checkTls({ listen, tls }: ServerFile, issues: IssueList): void {
  const { cert, key } = tls?.value ?? {};
  if ((cert === undefined) !== (key === undefined)) {
    const missing = cert === undefined ? "cert" : "key";
    issues.error(startOf(tls!), `the TLS settings need the key ${quote(missing)} as well`);
    return;
  }
  if (cert !== undefined) return;
  for (const { value, place } of listen?.value ?? []) {
    if (!usesTls(value)) continue;
    const needs = `the protocol ${value.protocol} needs a certificate`;
    issues.error(startOf({ place }), `${needs}: say tls: { cert: FILE, key: FILE }`);
  }
}

function resolveZones(tree: Tree | undefined, resolve: (path: string) => string): ZoneSource {
  if (tree === undefined) return { kind: "folder", path: resolve("./zones") };
  const pathOf = (item: Tree): string => resolve(item.kind === "scalar" ? String(item.value) : "");
  if (tree.kind === "list") return { kind: "files", paths: tree.items.map(pathOf) };
  return { kind: "folder", path: pathOf(tree) };
}
