/** What a file may cost before it is refused. */
export interface YamlLimits {
  /** Of UTF-8. */
  readonly bytes: number;
  readonly depth: number;
  /** Scalars, lists and mappings, those repeated through aliases counted each time. */
  readonly nodes: number;
  /** Aliases followed, those inside of aliased parts counted each time. */
  readonly aliases: number;
}

export const DEFAULT_YAML_LIMITS: YamlLimits = {
  bytes: 8_000_000,
  depth: 100,
  nodes: 2_000_000,
  aliases: 10_000,
};
