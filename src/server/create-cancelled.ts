/** Why a socket is not opened for a server that closes. */
export function createCancelled(): NodeJS.ErrnoException {
  return Object.assign(new Error("the server is closing"), { code: "ECANCELED" });
}
