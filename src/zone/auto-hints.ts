import type { IssueList } from "../config/issue-list.ts";
import type { Tree, TreeEntry } from "../config/tree.ts";
import { KEY_IPV4HINT, KEY_IPV6HINT, SVC_KEYS } from "../rdata/svc-params.ts";

/** A value of SVCB or HTTPS without its `auto` hints, and which these were. */
export interface ExtractedHints {
  readonly tree: Tree;
  /** Keys of parameters, in ascending order. */
  readonly auto: readonly number[];
}

const HINTS: readonly string[] = ["ipv4hint", "ipv6hint"];
const HINT_WORD = /(^|\s)(ipv[46]hint)=(?:auto|"auto")(?=\s|$)/g;
const PARAMS: readonly string[] = ["params", "svcparams"];

/** Takes `ipv4hint: auto` and `ipv6hint: auto` out of a value, however it is written; what is left is read as usual. */
export function extractAutoHints(tree: Tree, issues: IssueList): ExtractedHints {
  const found = new Set<string>();
  const left = stripValue(tree, found);
  for (const name of found) {
    if (!isMandatory(left, name)) continue;
    issues.error(
      tree.place,
      `mandatory names ${name}, which is left out where auto finds no address: leave it out of mandatory, or write the addresses`,
    );
  }
  const auto = HINTS.filter((name) => found.has(name)).map((name) => SVC_KEYS.get(name)!);
  return { tree: left, auto };
}

/** Whether a key is one of a hint of IPv4 addresses, as against IPv6. */
export function familyOfHint(key: number): 4 | 6 | undefined {
  if (key === KEY_IPV4HINT) return 4;
  return key === KEY_IPV6HINT ? 6 : undefined;
}

function stripValue(tree: Tree, found: Set<string>): Tree {
  if (tree.kind !== "mapping") return stripText(tree, found);
  const entries = tree.entries.flatMap((entry): TreeEntry[] => {
    if (!PARAMS.includes(entry.key)) return [entry];
    const value = stripParams(entry.value, found);
    return value.kind === "mapping" && value.entries.length === 0 ? [] : [{ ...entry, value }];
  });
  return { ...tree, entries };
}

function stripParams(tree: Tree, found: Set<string>): Tree {
  if (tree.kind !== "mapping") return stripText(tree, found);
  const isAuto = ({ key, value }: TreeEntry): boolean =>
    HINTS.includes(key) && value.kind === "scalar" && value.value === "auto";
  for (const entry of tree.entries) if (isAuto(entry)) found.add(entry.key);
  return { ...tree, entries: tree.entries.filter((entry) => !isAuto(entry)) };
}

function stripText(tree: Tree, found: Set<string>): Tree {
  if (tree.kind !== "scalar" || typeof tree.value !== "string") return tree;
  const value = tree.value.replace(HINT_WORD, (_, space: string, name: string) => {
    found.add(name);
    return space;
  });
  return value === tree.value ? tree : { ...tree, value };
}

/** What else is wrong with it is found out when it is read. */
function isMandatory(tree: Tree, name: string): boolean {
  if (tree.kind === "mapping") {
    return tree.entries.some(({ key, value }) =>
      PARAMS.includes(key)
        ? isMandatory(value, name)
        : key === "mandatory" && listTexts(value).includes(name),
    );
  }
  const text = tree.kind === "scalar" && typeof tree.value === "string" ? tree.value : "";
  const list = /(?:^|\s)mandatory="?([^\s"]*)/.exec(text)?.[1] ?? "";
  return list.split(",").includes(name);
}

function listTexts(tree: Tree): string[] {
  if (tree.kind === "list") return tree.items.flatMap(listTexts);
  return tree.kind === "scalar" ? String(tree.value).split(",") : [];
}
