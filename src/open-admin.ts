import { AdminError } from "./admin/admin-error.ts";
import { readTokens } from "./admin/read-tokens.ts";
import type { AdminServices } from "./admin/services.ts";
import { type Admin, startAdmin } from "./admin/start-admin.ts";
import { DEFAULT_ADMIN_PORT } from "./config/admin-listen.ts";
import type { AdminSettings } from "./config/server/admin-section.ts";
import type { Clock } from "./health/clock.ts";
import type { Log } from "./log/log.ts";

export interface OpenAdminOptions {
  readonly settings: AdminSettings;
  readonly services: AdminServices;
  readonly version: string;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Starts the admin interface as the settings have it. Where nobody has asked for a place and the usual one is taken,
 * the server goes on without: a second server on one machine is no mistake.
 *
 * @throws AdminError if it was asked for and cannot be had
 */
export async function openAdmin(options: OpenAdminOptions): Promise<Admin | undefined> {
  const { settings, log } = options;
  const tokens = readTokens(settings);
  const listen = settings.listen ?? {
    kind: "tcp",
    address: "127.0.0.1",
    port: DEFAULT_ADMIN_PORT,
  };
  if (listen.kind === "none") return undefined;
  try {
    return await startAdmin({ ...options, listen, tokens, hosts: settings.hosts });
  } catch (error) {
    if (!(error instanceof AdminError) || settings.listen !== undefined) throw error;
    log.warn({ problem: error.message }, "no admin interface: say where with --admin");
    return undefined;
  }
}
