/** The cost table: what each server spends on one answered query, same zone, same load, same machine, same run. */
import { measure } from "./measure.mjs";
import { writeSection } from "./page.mjs";
import { describeMachine, findCores, readPlan } from "./plan.mjs";
import { renderReport, summarizeRuns } from "./table.mjs";

/** How far above the bare loop of recvmmsg and sendmmsg `--check` lets a query of each kind be. */
const MOST_ABOVE_FLOOR = { static: 1.35, nxdomain: 1.3, roundrobin: 1.3, steered: 1.35 };

/** What `--check` measures. */
const CHECKED = ["echo", "rondo-mmsg"];

/** @returns {Promise<number>} exit status */
export async function measureCosts(args) {
  const plan = readPlanOrExit(args);
  const cores = findCores();
  const servers = plan.check ? CHECKED : plan.servers;
  const workloads = plan.check
    ? plan.workloads.filter(({ id }) => id in MOST_ABOVE_FLOOR)
    : plan.workloads;
  const subjects = servers.map((id) => ({
    key: id,
    id,
    size: plan.size,
    workloads: workloads.filter(({ servers }) => servers === undefined || servers.includes(id)),
  }));
  const measured = await measure(subjects, { ...plan, cores });
  const { size, runs, seconds, warmupSeconds } = plan;
  const report = {
    machine: describeMachine(cores),
    settings: { ...size, runs, seconds, warmupSeconds },
    workloads: workloads.map(({ id, title }) => ({ id, title })),
    results: summarizeRuns(measured.samples),
    ...measured,
  };
  if (plan.check) report.problems.push(...findRegress(report.results));
  console.log(plan.json ? JSON.stringify(report, null, 2) : renderReport(report));
  if (plan.write) writeSection("costs", `\`${plan.command}\`\n\n${renderReport(report)}`);
  return report.problems.length > 0 ? 1 : 0;
}

function readPlanOrExit(args) {
  try {
    return readPlan(args);
  } catch (error) {
    console.error(`bench: ${error.message}`);
    process.exit(64);
  }
}

function findRegress(results) {
  return results
    .filter(({ key }) => key !== "echo")
    .filter(({ workload, ratioToFloor }) => !(ratioToFloor <= MOST_ABOVE_FLOOR[workload]))
    .map(
      ({ workload, ratioToFloor }) =>
        `${workload} costs ${ratioToFloor.toFixed(2)} times the floor, ${MOST_ABOVE_FLOOR[workload]} is the limit`,
    );
}
