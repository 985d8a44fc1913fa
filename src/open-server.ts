import { availableParallelism } from "node:os";
import type { AnswerSettings } from "./answer/answer-settings.ts";
import { toListenAddress } from "./apply-flags.ts";
import type { Closers } from "./closers.ts";
import type { ServerSettings } from "./config/server-file.ts";
import type { Log } from "./log/log.ts";
import { openCertificate } from "./open-certificate.ts";
import type { CertificateLife } from "./server/certificate-life.ts";
import type { ControlDesk } from "./server/control-desk.ts";
import { createServer } from "./server/create-server.ts";
import type { HandedSocket } from "./server/handed-sockets.ts";
import type { Server } from "./server/start-server.ts";

export interface OpenServerOptions {
  readonly settings: ServerSettings;
  readonly udp: "auto" | "mmsg" | "dgram";
  readonly answers: AnswerSettings;
  readonly desk: ControlDesk;
  /** Of the process that this one takes over from: nothing is read before `start()` then. */
  readonly handed: readonly HandedSocket[] | undefined;
  readonly log: Log;
  readonly closers: Closers;
}

export interface OpenedServer {
  readonly server: Server;
  /** Of the certificate in use; undefined if there is none. */
  readonly certificate: () => CertificateLife | undefined;
}

/**
 * Opens the DNS service's sockets, with the certificate that some of them need, and follows that.
 *
 * @throws ListenError or CertificateError
 */
export async function openServer(options: OpenServerOptions): Promise<OpenedServer> {
  const { settings, udp, answers, desk, handed, log, closers } = options;
  const opened = openCertificate(settings.tls, settings.listen, log);
  closers.add(() => opened?.close());
  const server = await createServer({
    settings: answers,
    desk,
    listen: settings.listen.map(toListenAddress),
    certificate: opened?.certificate,
    workers: settings.workers === "auto" ? availableParallelism() : settings.workers,
    udp,
    handed,
    log,
  });
  closers.add(() => server.close());
  opened?.follow((certificate) => server.setCertificate(certificate));
  return { server, certificate: () => opened?.life() };
}
