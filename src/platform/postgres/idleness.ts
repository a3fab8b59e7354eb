/** Counts what is under way, and tells when that is nothing. */
export class Idleness {
  #underWay = 0;
  #waiting: (() => void)[] = [];

  async track<Result>(run: () => Promise<Result>): Promise<Result> {
    const done = this.begin();
    try {
      return await run();
    } finally {
      done();
    }
  }

  /** @returns a function to be called once, at the end. */
  begin(): () => void {
    this.#underWay++;
    return () => {
      this.#underWay--;
      // What was waiting for this comes first, and may begin something else.
      setImmediate(() => this.#tell());
    };
  }

  reached(): Promise<void> {
    if (this.#underWay === 0) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #tell(): void {
    if (this.#underWay === 0) for (const tell of this.#waiting.splice(0)) tell();
  }
}
