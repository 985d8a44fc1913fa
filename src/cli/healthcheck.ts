import { parseSocketAddress, type SocketAddress } from "../config/socket-address.ts";
import { type Command, usageError } from "./command.ts";

export interface HealthcheckOptions {
  /** The server file that says where the server listens. */
  readonly config: string | undefined;
  /** Overrides the server file. */
  readonly listen: SocketAddress | undefined;
}

export const healthcheckCommand: Command = {
  name: "healthcheck",
  summary: "tell whether the local server answers DNS",
  usage: "[--config FILE] [--listen ADDR:PORT]",
  flags: [
    { name: "config", value: "FILE", help: "the server file; its first listener is asked" },
    { name: "listen", value: "ADDR:PORT", help: "where to ask (default 127.0.0.1:53)" },
  ],
  description: `Sends a query over UDP and waits at most two seconds. Any DNS answer counts, REFUSED included: it is
the server that is asked, not its zones. A wildcard address is asked on the loopback interface.`,
  examples: [
    { call: "rondo healthcheck --listen 127.0.0.1:5300", meaning: "the server of npm start" },
    { call: "rondo healthcheck --config /etc/rondo/rondo.yaml", meaning: "in a container" },
  ],
  exits: "0 it answers, 1 it does not, 64 wrong usage",
  parse(flags, positionals) {
    const [extra] = positionals;
    if (extra !== undefined) return usageError(`unexpected ${JSON.stringify(extra)}`);
    const written = flags.get("listen");
    const listen = written === undefined ? undefined : parseSocketAddress(written);
    if (typeof listen === "string") return usageError(listen);
    const options: HealthcheckOptions = { config: flags.get("config"), listen };
    return {
      kind: "run",
      run: async (output) => (await import("./run-healthcheck.ts")).runHealthcheck(options, output),
    };
  },
};
