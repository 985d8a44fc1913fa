/** What other name servers were given and told since the start. */
export interface TransferCounts {
  /** Transfers of a whole zone that came to their end. */
  whole: number;
  /** Of what had changed, over UDP included; and answers that nothing had. */
  incremental: number;
  refused: number;
  /** The client went before the end. */
  broken: number;
  /** NOTIFYs by what came of them: the secondary has it, says no, or says nothing. */
  readonly notify: { answered: number; refused: number; unanswered: number };
}

export function createTransferCounts(): TransferCounts {
  return {
    whole: 0,
    incremental: 0,
    refused: 0,
    broken: 0,
    notify: { answered: 0, refused: 0, unanswered: 0 },
  };
}
