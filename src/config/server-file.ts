import { dirname, isAbsolute, join } from "node:path";
import type { Prefix } from "../address/address.ts";
import { explainBadPrefix, parseAddress, parsePrefix } from "../address/parse.ts";
import { type AdminListen, parseAdminListen } from "./admin-listen.ts";
import {
  type Decoder,
  fullListOf,
  integer,
  type Located,
  listOf,
  object,
  oneOf,
  optional,
  text,
} from "./decode.ts";
import type { Issue } from "./issue.ts";
import { IssueList } from "./issue-list.ts";
import { parseYaml } from "./parse-yaml.ts";
import { parseSocketAddress, type SocketAddress } from "./socket-address.ts";
import { describeTree, type Tree } from "./tree.ts";

/** The server file, checked, with defaults for what it leaves out. Paths are absolute or relative to the working directory. */
export interface ServerSettings {
  readonly listen: readonly SocketAddress[];
  readonly zones: ZoneSource;
  /** UDP worker threads. */
  readonly workers: "auto" | number;
  readonly geo: {
    /** Names of packaged databases, or paths of .mmdb files; per field the first that knows wins. */
    readonly databases: readonly string[];
  };
  readonly health: {
    /** Witnesses that our own network works, connected to over TCP. */
    readonly references: readonly SocketAddress[];
  };
  /** A folder. */
  readonly state: string;
  readonly admin: AdminSettings;
  readonly explain: {
    /** Who may ask for explanations over DNS; nobody if empty. */
    readonly allow: readonly Prefix[];
  };
  readonly log: { readonly level: "debug" | "info" | "warn" | "error" };
}

export interface AdminSettings {
  /** Undefined: 127.0.0.1:8053, unless something else has it. */
  readonly listen: AdminListen | undefined;
  /** Holds the bearer token for everything; required where others than this machine can reach the interface. */
  readonly tokenFile: string | undefined;
  /** Holds a token that changes nothing. */
  readonly readTokenFile: string | undefined;
  /** Names beside addresses and `localhost` under which the interface may be asked. */
  readonly hosts: readonly string[];
}

export type ZoneSource =
  | { readonly kind: "folder"; readonly path: string }
  | { readonly kind: "files"; readonly paths: readonly string[] };

export const PACKAGED_DATABASES: readonly string[] = ["dbip-country", "geoip-lite"];

/** What holds without a server file. */
export const DEFAULT_SERVER_SETTINGS: ServerSettings = {
  listen: [
    { address: "0.0.0.0", port: 53 },
    { address: "::", port: 53 },
  ],
  zones: { kind: "folder", path: "./zones" },
  workers: "auto",
  geo: { databases: PACKAGED_DATABASES },
  health: { references: [] },
  state: "./state",
  admin: { listen: undefined, tokenFile: undefined, readTokenFile: undefined, hosts: [] },
  explain: { allow: [] },
  log: { level: "info" },
};

/** Reads a server file (rondo.yaml). Its relative paths are relative to `file`. Never throws. */
export function readServerFile(
  source: string,
  file: string,
): { readonly settings: ServerSettings | undefined; readonly issues: readonly Issue[] } {
  const issues = new IssueList(file, source);
  // A file of comments alone leaves everything at its default.
  const isBlank = source.split("\n").every((line) => /^\s*(#|$)/.test(line));
  const tree = isBlank ? undefined : parseYaml(source, issues);
  const decoded = tree === undefined ? undefined : serverFile(tree, "the file", issues);
  if (issues.errors > 0) return { settings: undefined, issues: issues.list() };
  return { settings: complete(decoded, dirname(file)), issues: issues.list() };
}

type Maybe<T> = Located<T> | undefined;

interface ServerFile {
  readonly listen: Maybe<readonly Located<SocketAddress>[]>;
  readonly zones: Maybe<Tree>;
  readonly workers: Maybe<"auto" | number>;
  readonly geo: Maybe<GeoSection>;
  readonly health: Maybe<HealthSection>;
  readonly state: Maybe<string>;
  readonly admin: Maybe<AdminSection>;
  readonly explain: Maybe<ExplainSection>;
  readonly log: Maybe<LogSection>;
}

interface AdminSection {
  readonly listen: Maybe<AdminListen>;
  readonly token_file: Maybe<string>;
  readonly read_token_file: Maybe<string>;
  readonly hosts: Maybe<readonly Located<string>[]>;
}

interface ExplainSection {
  readonly allow: Maybe<readonly Located<Prefix>[]>;
}

interface GeoSection {
  readonly databases: Maybe<readonly Located<string>[]>;
}

interface HealthSection {
  readonly references: Maybe<readonly Located<SocketAddress>[]>;
}

interface LogSection {
  readonly level: Maybe<ServerSettings["log"]["level"]>;
}

const listenAddress: Decoder<SocketAddress> = (tree, name, issues) => {
  const written = text(tree, name, issues);
  if (written === undefined) return undefined;
  const parsed = parseSocketAddress(written, 53);
  if (typeof parsed !== "string") return parsed;
  issues.error(tree.place, `${name}: ${parsed}`);
  return undefined;
};

const reference: Decoder<SocketAddress> = (tree, name, issues) => {
  const written = text(tree, name, issues);
  if (written === undefined) return undefined;
  const scheme = "tcp://";
  if (!written.startsWith(scheme)) {
    issues.error(tree.place, `${name} must be like tcp://192.0.2.1:443: ${describeTree(tree)}`);
    return undefined;
  }
  const parsed = parseSocketAddress(written.slice(scheme.length));
  if (typeof parsed !== "string") return parsed;
  issues.error(tree.place, `${name}: ${parsed}`);
  return undefined;
};

const adminListen: Decoder<AdminListen> = (tree, name, issues) => {
  const written = text(tree, name, issues);
  if (written === undefined) return undefined;
  const parsed = parseAdminListen(written);
  if (typeof parsed !== "string") return parsed;
  issues.error(tree.place, `${name}: ${parsed}`);
  return undefined;
};

const prefix: Decoder<Prefix> = (tree, name, issues) => {
  const written = text(tree, name, issues);
  if (written === undefined) return undefined;
  const address = parseAddress(written);
  const parsed = address ? { address, length: address.octets.length * 8 } : parsePrefix(written);
  if (parsed !== undefined) return parsed;
  issues.error(tree.place, `${name}: ${explainBadPrefix(written)}`);
  return undefined;
};

const workers: Decoder<"auto" | number> = (tree, name, issues) =>
  tree.kind === "scalar" && tree.value === "auto" ? "auto" : integer(1, 256)(tree, name, issues);

const zones: Decoder<Tree> = (tree, name, issues) => {
  const items = tree.kind === "list" ? tree.items : [tree];
  const paths = items.map((item) => text(item, name, issues));
  return paths.includes(undefined) ? undefined : tree;
};

const serverFile: Decoder<ServerFile> = object<ServerFile>("the server file", {
  listen: optional(fullListOf(listenAddress)),
  zones: optional(zones),
  workers: optional(workers),
  geo: optional(object<GeoSection>("the geo settings", { databases: optional(listOf(text)) })),
  health: optional(
    object<HealthSection>("the health settings", { references: optional(listOf(reference)) }),
  ),
  state: optional(text),
  admin: optional(
    object<AdminSection>("the admin settings", {
      listen: optional(adminListen),
      token_file: optional(text),
      read_token_file: optional(text),
      hosts: optional(listOf(text)),
    }),
  ),
  explain: optional(
    object<ExplainSection>("the explain settings", { allow: optional(listOf(prefix)) }),
  ),
  log: optional(
    object<LogSection>("the log settings", {
      level: optional(oneOf(["debug", "info", "warn", "error"])),
    }),
  ),
});

function complete(file: ServerFile | undefined, folder: string): ServerSettings {
  const defaults = DEFAULT_SERVER_SETTINGS;
  const resolve = (path: string): string => (isAbsolute(path) ? path : join(folder, path));
  const databases = file?.geo?.value.databases?.value.map(({ value }) =>
    PACKAGED_DATABASES.includes(value) ? value : resolve(value),
  );
  return {
    listen: file?.listen?.value.map(({ value }) => value) ?? defaults.listen,
    zones: resolveZones(file?.zones?.value, resolve),
    workers: file?.workers?.value ?? defaults.workers,
    geo: { databases: databases ?? defaults.geo.databases },
    health: {
      references: file?.health?.value.references?.value.map(({ value }) => value) ?? [],
    },
    state: resolve(file?.state?.value ?? defaults.state),
    admin: completeAdmin(file?.admin?.value, resolve),
    explain: { allow: file?.explain?.value.allow?.value.map(({ value }) => value) ?? [] },
    log: { level: file?.log?.value.level?.value ?? defaults.log.level },
  };
}

function completeAdmin(
  admin: AdminSection | undefined,
  resolve: (path: string) => string,
): AdminSettings {
  const file = (path: Maybe<string>): string | undefined =>
    path === undefined ? undefined : resolve(path.value);
  const listen = admin?.listen?.value;
  return {
    listen: listen?.kind === "socket" ? { kind: "socket", path: resolve(listen.path) } : listen,
    tokenFile: file(admin?.token_file),
    readTokenFile: file(admin?.read_token_file),
    hosts: admin?.hosts?.value.map(({ value }) => value) ?? [],
  };
}

function resolveZones(tree: Tree | undefined, resolve: (path: string) => string): ZoneSource {
  if (tree === undefined) return { kind: "folder", path: resolve("./zones") };
  const pathOf = (item: Tree): string => resolve(item.kind === "scalar" ? String(item.value) : "");
  if (tree.kind === "list") return { kind: "files", paths: tree.items.map(pathOf) };
  return { kind: "folder", path: pathOf(tree) };
}
