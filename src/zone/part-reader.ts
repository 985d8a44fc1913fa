/** The files that a zone file draws in: an imported master file, and what `$INCLUDE` names. */
export interface PartReader {
  /**
   * @param name as written, relative to the folder of the file that names it
   * @param from the file that names it, as the messages call that
   * @returns the content, or why it is not read
   */
  read(name: string, from: string): Part | string;
}

export interface Part {
  /** Its path, as messages call it; the same for the same file. */
  readonly file: string;
  readonly octets: Uint8Array;
}
