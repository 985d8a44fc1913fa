import { hostname, userInfo } from "node:os";

/** Who runs this command, for the server's log and list of overrides. */
export function findWho(): string {
  const { SUDO_USER } = process.env;
  return `${SUDO_USER ?? findUser()}@${hostname()}`;
}

function findUser(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run as a number that has no name.
    return `uid ${process.getuid?.() ?? "?"}`;
  }
}
