import type { Log } from "../log/log.ts";
import type { Schema } from "./json-schema.ts";
import type { AdminServices } from "./services.ts";
import type { Right } from "./token-guard.ts";

/** What a route needs, takes and gives, beside what it does. */
export interface Route {
  readonly method: "get" | "post" | "delete";
  readonly path: string;
  /** The same under other names. */
  readonly aliases?: readonly string[];
  readonly right: Right;
  /** What changes something is refused while another process is about to take over, which would not know of it; not this. */
  readonly isForUpgrades?: true;
  readonly summary: string;
  readonly parameters?: readonly Parameter[];
  /** The body; JSON. */
  readonly request?: Schema;
  /** By status, of those that are no error. */
  readonly responses: Readonly<Record<number, ResponseShape>>;
  /** Statuses of errors that only this route gives. */
  readonly errors?: readonly number[];
  handle(call: Call): Promise<Response> | Response;
}

export interface Parameter {
  readonly name: string;
  readonly required: boolean;
  readonly isRepeatable?: true;
  readonly description: string;
}

export interface ResponseShape {
  readonly description: string;
  /** Undefined: not described further. */
  readonly schema: Schema | undefined;
  /** JSON if left out. */
  readonly media?: string;
}

export interface Call {
  readonly request: Request;
  readonly query: URLSearchParams;
  readonly services: AdminServices;
  readonly log: Log;
  /** Where the request comes from, for the log. */
  readonly source: string;
}

/** Whether it changes something that a process which is about to take over would not know of. */
export function isRefusedWhileUpgrading({ right, isForUpgrades }: Route): boolean {
  return right === "write" && isForUpgrades !== true;
}
