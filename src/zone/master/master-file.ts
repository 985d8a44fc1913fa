/** The most that the files of a zone may have together, in octets. */
export const MAX_MASTER_OCTETS: number = 256 * 2 ** 20;

/** Whether a file of this name is an RFC 1035 master file. */
export function isMasterFile(file: string): boolean {
  return /\.zone$/i.test(file);
}
