import { InvalidInput, UnknownJobType } from '../jobs/index.ts';

/** Runs checks one after another and collects what they find. */
export class Collector {
  readonly #problems: Record<string, string> = {};

  /** The result of the check; undefined when it has found something. */
  async check<Value>(check: () => Promise<Value> | Value): Promise<Value | undefined> {
    try {
      return await check();
    } catch (error) {
      if (error instanceof InvalidInput) Object.assign(this.#problems, error.details);
      else if (error instanceof UnknownJobType) this.#problems.type = error.message;
      else throw error;
      return undefined;
    }
  }

  /** @throws InvalidInput that names everything that was found. */
  finish(): void {
    if (Object.keys(this.#problems).length > 0) throw new InvalidInput(this.#problems);
  }
}
