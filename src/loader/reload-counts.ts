/** How loading has gone since the start. */
export interface ReloadCounts {
  /** Loads after which some file's content was not served. */
  readonly failures: number;
  /** Whether every file is served as it is now. */
  readonly lastSuccessful: boolean;
}
