import type { Connection, Credentials } from '../sources/connection.ts';
import type { Sources } from '../sources/index.ts';
import { NotFound, type Source, SourceError, Unauthorised } from '../sources/source.ts';
import {
  abilitiesOf,
  type ConnectionState,
  type ConnectionStatus,
  missingUnconnected,
  type PaidBudget,
  type SourceState,
} from '../sources/source_state.ts';
import type { Connections } from './connections.ts';
import { CredentialsNotAccepted, methodNamed, readValues } from './input.ts';
import type { Outcome } from './tests.ts';
import { createTrial } from './trial.ts';

/** How long a test may take, in ms. */
const TEST_MS = 20_000;

/**
 * Called in the transaction of a change, on the same database. Of credentials it has the method, never a value.
 */
export type RecordSourceChange = (
  action: 'add' | 'change' | 'remove',
  change: {
    kind: 'credentials' | 'budget';
    target: string;
    before?: Record<string, string | number>;
    after?: Record<string, string | number>;
  },
) => void;

/** What people can do with the connections of the sources. */
export interface SourceManager {
  list(): Promise<SourceState[]>;
  /** @throws NotFound */
  read(name: string): Promise<SourceState>;
  /**
   * Tests credentials and stores them. First ones are stored whatever the outcome, which is in the
   * state; those that did not pass do not replace ones that work.
   * @param fields `method`, and the fields of that method. Without it the method is the one that has these fields.
   * @throws NotFound, InvalidConnection, CredentialsNotAccepted; the earlier ones are kept then.
   */
  connect(
    name: string,
    fields: Record<string, unknown>,
    record?: RecordSourceChange,
  ): Promise<SourceState>;
  /** @throws NotFound */
  disconnect(name: string, record?: RecordSourceChange): Promise<SourceState>;
  /** Asks the service; the outcome is in the state. @throws NotFound */
  test(name: string): Promise<SourceState>;
  /** Sets the cap, in posts, or counts from zero again. @throws NotFound when nothing is paid. */
  budget(
    name: string,
    change: { posts?: number; reset?: boolean },
    record?: RecordSourceChange,
  ): Promise<SourceState>;
}

export function createManager(sources: Sources, connections: Connections): SourceManager {
  const { credentials, budgets } = connections;
  const find = (name: string) => connectionOf(sources, name);
  const read = async (name: string) => stateOf(find(name).source, connections);

  async function test(name: string) {
    const { connection } = find(name);
    const stored = credentials.stored(name)?.at;
    await connections.tests.record(name, await outcomeOf(connection), stored);
    return read(name);
  }

  function works(name: string): boolean {
    const outcome = connections.tests.read(name)?.outcome;
    return credentials.stored(name)?.isReadable === true && (outcome ?? 'passed') === 'passed';
  }

  return {
    list: () => Promise.all([...sources.values()].map((source) => stateOf(source, connections))),
    read,
    async connect(name, { method: given, ...fields }, record) {
      const { connection } = find(name);
      const method = methodNamed(connection, given, Object.keys(fields));
      const values = readValues(method, fields);
      const trial = createTrial({ method: method.name, values, updatedAt: new Date() });
      const outcome = await outcomeOf(connection, trial);
      if (outcome.outcome !== 'passed' && works(name)) throw new CredentialsNotAccepted(outcome);
      const { name: stores } = method;
      await credentials.replace(name, stores, values, replacement(name, stores, record));
      const stored = credentials.stored(name)?.at;
      // The login of the test is not repeated: a service counts them.
      const session = await trial.readSession(name);
      if (session) await credentials.writeSession(name, session.value, 0);
      await connections.tests.record(name, outcome, stored);
      return read(name);
    },
    async disconnect(name, record) {
      find(name);
      await credentials.remove(name, (method) =>
        record?.('remove', { ...credentialsOf(name), before: { method } }),
      );
      return read(name);
    },
    test,
    async budget(name, { posts, reset }, record) {
      const { source, connection } = find(name);
      if (!paidOf(connection))
        throw new NotFound(`Nothing that ${source.label} offers costs money.`);
      const changes = budgetChanges(name, record);
      if (posts !== undefined) await budgets.setCap(name, posts, changes.cap(posts));
      if (reset) await budgets.reset(name, changes.reset);
      return read(name);
    },
  };
}

function replacement(name: string, method: string, record: RecordSourceChange | undefined) {
  return (before: string | undefined) => {
    const was = before !== undefined && { before: { method: before } };
    record?.(was ? 'change' : 'add', { ...credentialsOf(name), ...was, after: { method } });
  };
}

function budgetChanges(name: string, record: RecordSourceChange | undefined) {
  const of = { kind: 'budget', target: `budget of ${name}` } as const;
  return {
    cap: (posts: number) => (before: number | undefined) =>
      record?.('change', { ...of, before: { posts: before ?? 'none' }, after: { posts } }),
    reset: (used: number) => record?.('change', { ...of, before: { used }, after: { used: 0 } }),
  };
}

function credentialsOf(name: string) {
  return { kind: 'credentials', target: `credentials of ${name}` } as const;
}

/** @throws NotFound when there is no such source, or it takes no credentials. */
export function connectionOf(
  sources: Sources,
  name: string,
): { source: Source; connection: Connection } {
  const source = sources.get(name);
  if (source?.connection) return { source, connection: source.connection };
  const names = [...sources.values()].filter((one) => one.connection).map((one) => one.name);
  throw new NotFound(
    source
      ? `The source ${name} works without credentials.`
      : `There is no such source. These take credentials: ${names.join(', ') || 'none'}.`,
  );
}

/** An error that is not the source's is a fault of the program. */
async function outcomeOf(connection: Connection, trial?: Credentials): Promise<Outcome> {
  try {
    const message = await connection.test(AbortSignal.timeout(TEST_MS), trial);
    return { outcome: 'passed', message };
  } catch (error) {
    const { name, message } = error as Error;
    if (error instanceof Unauthorised) return { outcome: 'refused', message };
    if (error instanceof SourceError) return { outcome: 'failed', message };
    if (name !== 'TimeoutError') throw error;
    const words = `The service did not respond within ${TEST_MS / 1000} s. Try again later.`;
    return { outcome: 'failed', message: words };
  }
}

async function stateOf(source: Source, connections: Connections): Promise<SourceState> {
  const { name, label, cost, connection } = source;
  return {
    name,
    label,
    abilities: abilitiesOf(source),
    ...(cost !== undefined && { cost }),
    ...(connection && { connection: await connectionState(source, connection, connections) }),
  };
}

async function connectionState(
  source: Source,
  connection: Connection,
  { credentials, rateLimits, budgets, tests }: Connections,
): Promise<ConnectionState> {
  const { name } = source;
  const stored = credentials.stored(name);
  const test = tests.read(name);
  const paid = paidOf(connection);
  const budget: PaidBudget | undefined = paid && {
    ...(await budgets.read(name)),
    ...paid.paid,
    inUse: stored?.method === paid.name,
  };
  const status = statusOf(stored, test?.outcome);
  return {
    status,
    ...(connection.without !== undefined && { without: connection.without }),
    missing: stored?.isReadable ? [] : missingUnconnected(source),
    ...(stored && { method: stored.method, connectedAt: stored.at }),
    ...(test && { test }),
    limits: rateLimits.held(name),
    ...(budget && { budget }),
    methods: connection.methods.map(({ fields, pace: _, ...method }) => ({
      ...method,
      fields: fields.map(({ problem: __, ...field }) => field),
    })),
  };
}

function statusOf(
  stored: { isReadable: boolean } | undefined,
  outcome: 'passed' | 'refused' | 'failed' | undefined,
): ConnectionStatus {
  if (!stored) return 'unconnected';
  if (!stored.isReadable) return 'unreadable';
  if (outcome === 'passed') return 'connected';
  return outcome === 'refused' ? 'refused' : 'untested';
}

function paidOf({ methods }: Connection) {
  for (const { name, paid } of methods) if (paid) return { name, paid };
  return undefined;
}
