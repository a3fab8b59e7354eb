import { checkJobType, type JobDefinition } from '../definition.ts';
import { UnknownJobType } from '../errors.ts';
import type { JobType } from '../job.ts';
import type { NewJob } from '../store/store.ts';
import { checked } from './input.ts';
import { DEFAULT_RETRY } from './retry.ts';

/** The job types that this process may start and run. */
export class Definitions {
  readonly #byType = new Map<string, JobDefinition>();

  /** Types that the program queues for itself, whether they are defined yet or not. */
  readonly #internal = new Set<JobType>();

  /** @throws TypeError when the name of a type does not match `JOB_TYPE_PATTERN`. */
  add(definitions: Iterable<JobDefinition>, internal: JobType[] = []): void {
    for (const type of internal) this.#internal.add(type);
    for (const definition of definitions) {
      checkJobType(definition.type);
      this.#byType.set(definition.type, definition);
      if (definition.internal) this.#internal.add(definition.type);
    }
  }

  get types(): JobType[] {
    return [...this.#byType.values()].map(({ type }) => type);
  }

  /** The types whose jobs only the program queues. */
  get internal(): JobType[] {
    return [...this.#internal];
  }

  /** The types that people and programs may start. */
  get startable(): JobType[] {
    const definitions = [...this.#byType.values()];
    return definitions.filter(({ internal }) => !internal).map(({ type }) => type);
  }

  get(type: string): JobDefinition | undefined {
    return this.#byType.get(type);
  }

  /** A type that may be started. @throws UnknownJobType */
  require(type: string): JobDefinition {
    const definition = this.#byType.get(type);
    if (!definition || definition.internal) throw new UnknownJobType(type, this.startable);
    return definition;
  }

  maxAttempts(type: string): number {
    return (this.#byType.get(type)?.retry ?? DEFAULT_RETRY).maxAttempts;
  }

  /** A new job of an internal type, whose input the program itself has made. */
  newInternalJob(type: JobType, metadata: Record<string, unknown>): NewJob {
    const lane = this.#byType.get(type)?.lanes?.of(metadata as never);
    const job = { id: newId(type), type, metadata, maxAttempts: this.maxAttempts(type) };
    return lane === undefined ? job : { ...job, lane };
  }

  /**
   * The input as a job of that type would get it.
   * @throws InvalidInput, UnknownJobType
   */
  async checkedInput(type: string, input: unknown): Promise<unknown> {
    return checked(this.require(type), input);
  }

  /**
   * A new job with checked input; a promise only where the definition needs one. A process without
   * definitions checks nothing: the process that runs the job does.
   * @param uuid stands in the id after the type.
   * @throws InvalidInput, UnknownJobType, or TypeError when `type` cannot be the name of a type
   */
  newJob(type: JobType, input: unknown, uuid?: string): NewJob | Promise<NewJob> {
    const definition = this.#byType.size > 0 ? this.require(type) : undefined;
    if (!definition) checkJobType(type);
    const id = newId(type, uuid);
    const toJob = (metadata: unknown): NewJob => ({
      id,
      type,
      metadata: metadata as Record<string, unknown>,
      maxAttempts: this.maxAttempts(type),
      timeoutMs: definition?.timeoutMs,
      isIdGiven: uuid !== undefined,
      lane: definition?.lanes?.of(metadata as never),
    });
    const value = definition ? checked(definition, input) : input;
    return value instanceof Promise ? value.then(toJob) : toJob(value);
  }
}

/** Unique across processes; ids sort by age. */
export function newId(type: JobType, uuid: string = Bun.randomUUIDv7()): string {
  return `${type}-${uuid}`;
}
