import { readFileSync } from "node:fs";

/** What has to be known of a process to say whether another can take its place. */
export interface OwnProcess {
  readonly pid: number;
  readonly parentPid: number;
  /** What process 1 is called. */
  readonly initName: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Programs that are process 1 of a container for one child only. */
const CONTAINER_INITS = ["tini", "docker-init", "dumb-init", "catatonit", "pod"];

/** Why no other process can take the place of this one, whatever it does, and what to do instead; undefined if one can. */
export function findHindrance({ pid, parentPid, initName, env }: OwnProcess): string | undefined {
  if (pid === 1 || (parentPid === 1 && CONTAINER_INITS.includes(initName))) {
    return "a container ends with the process that it was started for: start a container with the new image beside this one, and end this one when it answers";
  }
  // systemd 248 and later say whom they started; whoever it cannot tell of another main process must not end.
  if (env.NOTIFY_SOCKET === undefined && env.SYSTEMD_EXEC_PID === String(pid)) {
    return "systemd would take the end of this process for the end of the service: its unit needs Type=notify, as deploy/rondo.service has it";
  }
  return undefined;
}

/** This process. */
export function describeOwnProcess(): OwnProcess {
  return { pid: process.pid, parentPid: process.ppid, initName: readInitName(), env: process.env };
}

function readInitName(): string {
  try {
    return readFileSync("/proc/1/comm", "utf8").trim();
  } catch {
    return "";
  }
}
