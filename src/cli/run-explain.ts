import type { ErrorReport } from "../admin/api.ts";
import { hasErrors, renderIssues } from "../config/issue.ts";
import { NO_MEMORY, NO_OVERRIDES } from "../steering/world.ts";
import { addRecords } from "./add-records.ts";
import { suppose } from "./assume.ts";
import { callServer, explainUnreachable } from "./call-server.ts";
import type { Output } from "./command.ts";
import { EXIT } from "./exit-codes.ts";
import type { ExplainOptions } from "./explain.ts";
import { explainName } from "./explain-name.ts";
import type { WrittenQuestion } from "./explain-question.ts";
import type { Explanation } from "./explanation.ts";
import { type Readers, readWorld } from "./read-world.ts";
import { renderExplanation, renderExplanationJson } from "./render-explanation.ts";

/** Has the running server explain, or works it out from files, and prints it; see the help text of `explain`. */
export async function runExplain(
  options: ExplainOptions,
  output: Output,
  readers?: Readers,
): Promise<number> {
  const hasFiles = options.zones !== undefined || options.config !== undefined;
  return (
    (hasFiles ? undefined : await explainByServer(options, output)) ??
    explainFromFiles(options, output, readers)
  );
}

/** @returns the exit status; undefined if there is no server, and none was named */
async function explainByServer(
  { written, server, json }: ExplainOptions,
  output: Output,
): Promise<number | undefined> {
  const reply = await callServer<Explanation>(server, "GET", `/v1/explain?${toQuery(written)}`);
  if (reply.kind === "unreachable") {
    if (!server.isNamed) return undefined;
    output.err(explainUnreachable("explain", server, reply.reason));
    return EXIT.unavailable;
  }
  if (reply.kind === "error") {
    output.err(`rondo explain: ${reply.error.message}\n`);
    return reply.error.code === BAD_REQUEST ? EXIT.usage : EXIT.failed;
  }
  // What is undefined here is null on the way.
  const orUndefined = (_: string, value: unknown): unknown => (value === null ? undefined : value);
  const explanation = JSON.parse(JSON.stringify(reply.body), orUndefined) as Explanation;
  output.out(
    json ? `${JSON.stringify(reply.body, undefined, 2)}\n` : renderExplanation(explanation),
  );
  return statusOf(explanation);
}

const BAD_REQUEST: ErrorReport["error"]["code"] = "bad-request";

function toQuery({ name, type, client, resolver, assume }: WrittenQuestion): string {
  const query = new URLSearchParams({ name, client });
  if (type !== undefined) query.set("type", type);
  if (resolver !== undefined) query.set("resolver", resolver);
  for (const one of assume) query.append("assume", one);
  return query.toString();
}

async function explainFromFiles(
  { question, config, zones: folder, json }: ExplainOptions,
  output: Output,
  readers?: Readers,
): Promise<number> {
  const { zones, geo, issues } = await readWorld({ config, zones: folder, files: [] }, readers);
  output.err(renderIssues(issues.filter(({ severity }) => severity === "error")));
  // One bad zone is no reason to keep silent about another; none at all is.
  if (geo === undefined || (zones.length === 0 && hasErrors(issues))) return EXIT.failed;

  const supposed = suppose(
    zones.map(({ prepared }) => prepared.zone),
    question.assumptions,
  );
  const [unmatched] = supposed.unmatched;
  if (unmatched !== undefined) {
    output.err(`rondo explain: --assume ${unmatched.text} matches no value of any zone\n`);
    return EXIT.usage;
  }
  const explanation = explainName(question, {
    source: "files",
    zones: supposed.zones.map((zone, i) => addRecords(zone, zones[i]!.prepared)),
    health: supposed.health,
    overrides: NO_OVERRIDES,
    memory: NO_MEMORY,
    geo,
  });
  printExplanation(explanation, json, output);
  // A name of no zone may be one of a zone that could not be read.
  if (explanation.status === "REFUSED" && hasErrors(issues)) return EXIT.failed;
  return statusOf(explanation);
}

function printExplanation(explanation: Explanation, json: boolean, output: Output): void {
  output.out(json ? renderExplanationJson(explanation) : renderExplanation(explanation));
}

function statusOf({ status }: Explanation): number {
  return status === "NXDOMAIN" || status === "REFUSED" ? EXIT.noSuchName : EXIT.ok;
}
