import { hostname } from 'node:os';
import type { Clock } from '../../platform/clock.ts';
import type { RegisteredProcess, Served } from '../../platform/process_registry.ts';
import type { JobDefinition } from '../definition.ts';
import type { Job, Lack } from '../job.ts';
import { lackAmong } from '../needs.ts';
import type { Definitions } from './definitions.ts';
import type { Runner } from './runner.ts';

/** A process writes its heartbeat every 5 s; one that is silent for longer than this is gone, in ms. */
const SEEN_MS = 15_000;

interface ServingDeps {
  definitions: Definitions;
  runner: Runner;
  clock: Clock;
  /** The processes on the database. */
  processes: () => RegisteredProcess[];
}

/** What a job needs, as far as processes differ in it. */
export type Needing = Pick<Job, 'type' | 'metadata'>;

/** Which processes can run a job: they may have other types, sources and models. */
export class Serving {
  constructor(private readonly deps: ServingDeps) {}

  /** What this process can run, for the registry of processes. */
  get served(): Served[] {
    const { definitions } = this.deps;
    return definitions.types.map((type) => {
      const { needs } = definitions.get(type) as JobDefinition;
      return { type, ...(needs && { needs: [...needs] }) };
    });
  }

  /** What this process does not have of what a job needs; undefined when it can run it. */
  ownLack(job: Needing): Lack | undefined {
    return lackOf(job, [this.served]);
  }

  /**
   * Gives a function that tells what no running process has of what a job needs. Undefined when one can run
   * it, and when none runs at all.
   */
  lacks(): (job: Needing) => Lack | undefined {
    const { runner, definitions } = this.deps;
    const served = this.running().map((process) => process.serves);
    if (runner.isStarted) served.push(this.served);
    if (served.length === 0 && definitions.types.length > 0) served.push(this.served);
    // An older version does not tell.
    const known = served.flatMap((list) => (list ? [list] : []));
    return known.length < served.length || known.length === 0
      ? () => undefined
      : (job) => lackOf(job, known);
  }

  /**
   * What none of the processes had that have run since before that time, in ms since 1970; undefined when one
   * had everything, or none has run since then.
   */
  lackBefore(time: number, job: Needing): Lack | undefined {
    const older = this.running().filter(({ startedAt }) => startedAt.getTime() <= time);
    const known = older.flatMap(({ serves }) => (serves ? [serves] : []));
    return known.length > 0 && known.length === older.length ? lackOf(job, known) : undefined;
  }

  /** Whether another running process has what jobs need: `isElsewhere('source', 'notes')`. */
  isElsewhere(what: string, name: string): boolean {
    const others = this.running().filter(
      ({ pid, host }) => pid !== process.pid || host !== hostname(),
    );
    const needs = others.flatMap(({ serves = [] }) => serves.flatMap((one) => one.needs ?? []));
    return needs.some((one) => one.what === what && one.has.includes(name));
  }

  /** The servers and workers whose heartbeat is not overdue. */
  running(): RegisteredProcess[] {
    const now = this.deps.clock.now();
    return this.deps
      .processes()
      .filter(({ kind, seenAt }) => kind !== 'command' && now - seenAt.getTime() < SEEN_MS);
  }
}

function lackOf({ type, metadata }: Needing, processes: Served[][]): Lack | undefined {
  const knowing = processes.flatMap((served) => served.filter((one) => one.type === type));
  if (knowing.length === 0) return { what: 'type', name: type };
  const lacks = knowing.map(({ needs = [] }) => lackAmong(needs, metadata));
  return lacks.includes(undefined) ? undefined : lacks[0];
}
