/** The admin interface cannot be had as it was asked for. The message is one line for the operator. */
export class AdminError extends Error {
  override readonly name = "AdminError";
}
