import type { GeoTable } from "../geo/geo-table.ts";
import type { PreparedZone } from "../loader/prepare-zone.ts";
import type { World } from "../steering/world.ts";
import { addRecords } from "./add-records.ts";
import { suppose } from "./assume.ts";
import { explainName } from "./explain-name.ts";
import { parseQuestion, type WrittenQuestion } from "./explain-question.ts";
import type { Explanation } from "./explanation.ts";

/** What a server goes by when it answers. */
export interface Served {
  readonly zones: readonly PreparedZone[];
  readonly world: World;
  readonly geo: GeoTable;
}

/** What the server answers to a question now; a string says what is wrong with the question. */
export function explainServed(
  written: WrittenQuestion,
  { zones, world, geo }: Served,
): Explanation | string {
  const question = parseQuestion(written);
  if (typeof question === "string") return question;
  const plain = zones.map(({ zone }) => zone);
  const { assumptions } = question;
  // Nothing is copied for nothing: there may be tens of thousands of zones.
  const supposed =
    assumptions.length === 0
      ? { zones: plain, health: world.health, unmatched: [] }
      : suppose(plain, assumptions, world.health);
  const [unmatched] = supposed.unmatched;
  if (unmatched !== undefined) return `${unmatched.text} matches no value of any zone`;
  return explainName(question, {
    ...world,
    source: "server",
    zones: supposed.zones.map((zone, i) => addRecords(zone, zones[i]!)),
    health: supposed.health,
    geo,
  });
}
