/**
 * Three tiny HTTP servers on addresses of the loopback network play datacenters, so that a newcomer sees health checks and failover
 * with nothing else installed. They stop and start by words typed on the terminal, or over HTTP for scripts.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import {
  createDatacenter,
  type Datacenter,
  type DatacenterPlace,
  explainListenError,
  listen,
} from "./datacenter.ts";
import { readCommands } from "./read-commands.ts";

/** As `zones/demo.yaml` has them. */
const PLACES: readonly DatacenterPlace[] = [
  { name: "fra", address: "127.0.0.11" },
  { name: "iad", address: "127.0.0.12" },
  { name: "sin", address: "127.0.0.13" },
];
/** The port that the health check of `zones/demo.yaml` asks. */
const PORT = 5380;
const CONTROL_ADDRESS = "127.0.0.1";
const CONTROL_PORT = 5381;

export interface DemoOptions {
  /** Takes what the demo has to say, newlines included: how to use it, and the answers to typed commands. */
  readonly out: (text: string) => void;
  /** Where commands are typed, if it is a terminal. */
  readonly input?: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  /** Port of the datacenters and of the control; only tests choose others. 0: any free one. */
  readonly ports?: { readonly datacenters: number; readonly control: number };
}

export interface Demo {
  readonly datacenters: readonly Datacenter[];
  /** `http://127.0.0.1:5381`; undefined if its port was taken. */
  readonly controlUrl: string | undefined;
  close(): Promise<void>;
}

/** Starts what can be started, and says what runs, how to stop a datacenter, and what could not be started and why. */
export async function startDemo(options: DemoOptions): Promise<Demo> {
  const ports = options.ports ?? { datacenters: PORT, control: CONTROL_PORT };
  const problems: string[] = [];
  const datacenters = PLACES.map((place) => createDatacenter(place, ports.datacenters));
  for (const datacenter of datacenters) {
    const failure = await carryOut(datacenter, "start");
    if (failure !== undefined) problems.push(`demo: ${failure}`);
  }
  const control = createServer((request, response) => void answer(request, response, datacenters));
  let controlUrl: string | undefined;
  try {
    await listen(control, CONTROL_ADDRESS, ports.control);
    controlUrl = `http://${CONTROL_ADDRESS}:${(control.address() as AddressInfo).port}`;
  } catch (error) {
    problems.push(`demo: no HTTP control: ${(error as Error).message}`);
  }
  const typed = readCommands(options.input ?? process.stdin, async (line) => {
    options.out(await obey(line.trim().split(/\s+/), datacenters));
  });

  const lines = [...describe(datacenters, controlUrl, typed !== undefined), ...problems];
  options.out(`${lines.join("\n")}\n`);

  return {
    datacenters,
    controlUrl,
    async close() {
      typed?.close();
      control.close();
      control.closeAllConnections();
      await Promise.all(datacenters.map((datacenter) => datacenter.stop()));
    },
  };
}

function describe(
  datacenters: readonly Datacenter[],
  controlUrl: string | undefined,
  canType: boolean,
): string[] {
  const places = datacenters.map(({ name, address }) => `${name} ${address}`).join(", ");
  const ways = [
    ...(canType ? ["type: stop fra"] : []),
    ...(controlUrl === undefined ? [] : [`curl -X POST ${controlUrl}/fra/stop`]),
  ];
  return [
    `demo datacenters: ${places} (port ${datacenters[0]?.port()})`,
    `stop one: ${ways.join("   or   ")}   (and "start" to bring it back)`,
  ];
}

/** `POST /fra/stop`, `POST /fra/start`, `GET /`. */
async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  datacenters: readonly Datacenter[],
): Promise<void> {
  request.resume();
  if (request.method === "GET" && request.url === "/") {
    response.end(showStates(datacenters));
    return;
  }
  const [name = "", verb = ""] = (request.url ?? "").slice(1).split("/");
  const datacenter = datacenters.find((candidate) => candidate.name === name);
  if (datacenter === undefined || (verb !== "stop" && verb !== "start")) {
    response.writeHead(404).end(USAGE);
  } else if (request.method !== "POST") {
    response.writeHead(405, { allow: "POST" }).end(USAGE);
  } else {
    const failure = await carryOut(datacenter, verb);
    response.writeHead(failure === undefined ? 200 : 500);
    response.end(failure === undefined ? showStates(datacenters) : `${failure}\n`);
  }
}

const USAGE = "GET /, POST /NAME/stop, POST /NAME/start\n";

async function obey(
  [verb, name]: readonly string[],
  datacenters: readonly Datacenter[],
): Promise<string> {
  const datacenter = datacenters.find((candidate) => candidate.name === name);
  if (datacenter === undefined || (verb !== "stop" && verb !== "start")) {
    const names = datacenters.map((known) => known.name).join("|");
    return verb === "" || verb === "status"
      ? showStates(datacenters)
      : `stop|start ${names}, status\n`;
  }
  const failure = await carryOut(datacenter, verb);
  return failure === undefined ? showStates(datacenters) : `${failure}\n`;
}

/** What went wrong, if anything did. */
async function carryOut(
  datacenter: Datacenter,
  verb: "start" | "stop",
): Promise<string | undefined> {
  try {
    await datacenter[verb]();
    return undefined;
  } catch (error) {
    return `${datacenter.name}: ${explainListenError(error as NodeJS.ErrnoException, datacenter.address)}`;
  }
}

function showStates(datacenters: readonly Datacenter[]): string {
  return datacenters
    .map(({ name, address, isUp }) => `${name} ${address} ${isUp() ? "up" : "stopped"}\n`)
    .join("");
}
