/**
 * Whose the files in the state folder are that are written again and again: this process's, unless there is another
 * that it takes over from, or has handed over to.
 */
export class StateLease {
  #isHeld: boolean;

  constructor(isHeld: boolean) {
    this.#isHeld = isHeld;
  }

  take(): void {
    this.#isHeld = true;
  }

  drop(): void {
    this.#isHeld = false;
  }

  readonly mayWrite = (): boolean => this.#isHeld;
}
