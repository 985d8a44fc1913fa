import { createServer } from "node:net";
import { AdminError } from "./admin/admin-error.ts";
import { readTokens } from "./admin/read-tokens.ts";
import type { AdminServices } from "./admin/services.ts";
import { type Admin, checkAdmin, startAdmin } from "./admin/start-admin.ts";
import type { Tokens } from "./admin/token-guard.ts";
import type { Clock } from "./clock/clock.ts";
import { type AdminListen, DEFAULT_ADMIN_PORT, formatAdminListen } from "./config/admin-listen.ts";
import type { AdminSettings } from "./config/server/admin-section.ts";
import type { Log } from "./log/log.ts";

export interface OpenAdminOptions {
  readonly settings: AdminSettings;
  readonly services: AdminServices;
  readonly version: string;
  readonly clock: Clock;
  readonly log: Log;
}

/** Where it is to be, and who may use it. */
export interface AdminPlan {
  readonly listen: Exclude<AdminListen, { kind: "none" }>;
  readonly tokens: Tokens;
  /** Nobody has asked for this place. */
  readonly isUsual: boolean;
}

/**
 * Tokens read, and nothing opened; undefined: there is to be none.
 *
 * @param before the place of the server that this one takes over from: any other has to be free by now
 * @throws AdminError for what cannot work
 */
export async function planAdmin(
  settings: AdminSettings,
  before?: string,
): Promise<AdminPlan | undefined> {
  const tokens = readTokens(settings);
  const listen = settings.listen ?? {
    kind: "tcp",
    address: "127.0.0.1",
    port: DEFAULT_ADMIN_PORT,
  };
  if (listen.kind === "none") return undefined;
  checkAdmin(listen, tokens);
  const isUsual = settings.listen === undefined;
  const isElsewhere = before !== undefined && before !== formatAdminListen(listen);
  if (isElsewhere && !isUsual && listen.kind === "tcp") await checkFree(listen);
  return { listen, tokens, isUsual };
}

/** The place of a plan, to be compared with others; undefined: none. */
export function describePlace(plan: AdminPlan | undefined): string | undefined {
  return plan && formatAdminListen(plan.listen);
}

/** Whoever has taken over can only go on without, and be told nothing any more. */
function checkFree(listen: Extract<AdminListen, { kind: "tcp" }>): Promise<void> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once("error", ({ code, message }: NodeJS.ErrnoException) => {
      const why = code === "EADDRINUSE" ? "something else listens there" : (code ?? message);
      reject(new AdminError(`No admin interface on ${formatAdminListen(listen)}: ${why}`));
    });
    server.listen({ host: listen.address, port: listen.port, exclusive: true }, () =>
      server.close(() => resolve()),
    );
  });
}

/**
 * Starts the admin interface. Where nobody has asked for a place and the usual one is taken, the server goes on without:
 * a second server on one machine is no mistake.
 *
 * @throws AdminError if it was asked for and cannot be had
 */
export async function openAdmin(
  plan: AdminPlan | undefined,
  options: OpenAdminOptions,
): Promise<Admin | undefined> {
  if (plan === undefined) return undefined;
  try {
    return await startAdmin({ ...options, ...plan, hosts: options.settings.hosts });
  } catch (error) {
    if (!(error instanceof AdminError) || !plan.isUsual) throw error;
    options.log.warn({ problem: error.message }, "no admin interface: say where with --admin");
    return undefined;
  }
}

const RETRY_MS = 50;
const RETRIES = 100;

/**
 * The same for a server that answers already: where the place is not free yet it is tried again, and in the end the server
 * goes on without.
 */
export async function openAdminLater(
  plan: AdminPlan | undefined,
  options: OpenAdminOptions,
): Promise<Admin | undefined> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await openAdmin(plan, options);
    } catch (error) {
      if (!(error instanceof AdminError)) throw error;
      if (attempt === RETRIES) {
        options.log.error({ problem: error.message }, "no admin interface until the next restart");
        return undefined;
      }
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}
