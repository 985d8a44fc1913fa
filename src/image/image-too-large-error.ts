/** A zone has more than an image can hold, or than there is memory for. The message goes on from the zone's name, for people. */
export class ImageTooLargeError extends Error {
  override readonly name = "ImageTooLargeError";
}
