/** What a record of a transfer is for. */
export type Step =
  /** The SOA that opens a transfer by changes: it names the serial that they lead to. */
  | "opening"
  /** Part of the whole zone. */
  | "content"
  /** Out of the zone we have, into it. */
  | "delete"
  | "add"
  /** The SOA that ends the transfer. */
  | "end"
  /** It cannot stand there: see `problem`. */
  | "wrong";

/**
 * The order of SOA records in the answer to AXFR (RFC 5936 §2.2) and to IXFR (RFC 1995 §4), which may be a whole zone as
 * well. Fed with one record after the other it says what each is for; a whole zone's opening SOA is `content`.
 */
export class TransferSequence {
  /** What the transfer leads to; undefined before the first record. */
  serial: number | undefined;
  /** Whether it is changes to what we have; undefined as long as that cannot be told. */
  isIncremental: boolean | undefined;
  /** Why a record was wrong. */
  problem: string | undefined;
  readonly #ownSerial: number | undefined;
  #state: "start" | "opened" | "whole" | "deleting" | "adding" | "ended" = "start";
  /** What the changes so far have led to. */
  #reached = 0;

  /** @param ownSerial the serial of what we have, where changes to it were asked for */
  constructor(ownSerial: number | undefined) {
    this.#ownSerial = ownSerial;
  }

  /** Whether the record that ends the transfer has been seen. */
  get isComplete(): boolean {
    return this.#state === "ended";
  }

  /** @param serial of the zone's SOA, if the record is that; undefined for any other */
  take(serial: number | undefined): Step {
    switch (this.#state) {
      case "start":
        return this.#open(serial);
      case "opened":
        return this.#begin(serial);
      case "whole":
        if (serial === undefined) return "content";
        return this.#end(serial);
      case "deleting":
        if (serial === undefined) return "delete";
        this.#reached = serial;
        this.#state = "adding";
        return "add";
      case "adding":
        if (serial === undefined) return "add";
        if (this.#reached === this.serial) return this.#end(serial);
        if (serial !== this.#reached) {
          return this.#fail(`changes from serial ${serial} follow on serial ${this.#reached}`);
        }
        this.#state = "deleting";
        return "delete";
      case "ended":
        return this.#fail("there are records behind the last SOA");
    }
  }

  #open(serial: number | undefined): Step {
    if (serial === undefined) return this.#fail("it does not begin with the zone's SOA");
    this.serial = serial;
    if (this.#ownSerial === undefined) {
      this.isIncremental = false;
      this.#state = "whole";
      return "content";
    }
    this.#state = "opened";
    return "opening";
  }

  /** The second record of an answer to IXFR: it tells changes from a whole zone. */
  #begin(serial: number | undefined): Step {
    if (serial !== undefined && serial === this.#ownSerial) {
      this.isIncremental = true;
      this.#state = "deleting";
      return "delete";
    }
    this.isIncremental = false;
    this.#state = "whole";
    return serial === undefined ? "content" : this.#end(serial);
  }

  #end(serial: number): Step {
    if (serial !== this.serial) {
      return this.#fail(`it begins with serial ${this.serial} and ends with ${serial}`);
    }
    this.#state = "ended";
    return "end";
  }

  #fail(problem: string): Step {
    this.problem = problem;
    return "wrong";
  }
}
