/** An image's buffer as its readers see it. */
export class ImageView {
  readonly octets: Uint8Array;
  readonly halves: Uint16Array;
  readonly words: Uint32Array;
  readonly floats: Float32Array;
  /** For what is not aligned. */
  readonly view: DataView;

  constructor(buffer: SharedArrayBuffer) {
    this.octets = new Uint8Array(buffer);
    this.halves = new Uint16Array(buffer);
    this.words = new Uint32Array(buffer);
    this.floats = new Float32Array(buffer);
    this.view = new DataView(buffer);
  }
}
