import { connect } from "node:net";
import type { CheckTarget } from "../../zone/model.ts";
import type { ProbeResult } from "../result.ts";
import { classifyError } from "./classify-error.ts";
import { formatDuration, SUCCESS, silence } from "./outcomes.ts";

/** Passes if the target accepts a connection; nothing is sent. See `Probe` for `done` and the returned function. */
export function probeTcp(target: CheckTarget, done: (result: ProbeResult) => void): () => void {
  const { address, port, check } = target;
  const timer = setTimeout(() => {
    stop();
    done(silence(`no answer within ${formatDuration(check.timeout)}`));
  }, check.timeout);
  const socket = connect({ host: address, port });
  socket.once("connect", () => {
    stop();
    done(SUCCESS);
  });
  socket.once("error", (error) => {
    stop();
    done(classifyError(error, address));
  });
  return stop;

  function stop(): void {
    clearTimeout(timer);
    socket.removeAllListeners();
    // A destroyed socket may still report an error that nobody needs.
    socket.on("error", () => {});
    socket.destroy();
  }
}
