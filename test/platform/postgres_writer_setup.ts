import { beforeEach } from 'bun:test';
import { keepAliveClock } from '../../src/platform/clock.ts';
import type { Postgres } from '../../src/platform/postgres/client.ts';
import type { Transaction } from '../../src/platform/postgres/statements.ts';
import { PostgresWriter } from '../../src/platform/postgres/writer.ts';
import { newDatabase, open, registerHooks } from './postgres_setup.ts';
import { Recorder } from './writer_setup.ts';

export let postgres: Postgres;
export let writer: PostgresWriter;
export let transactions: AsyncRecorder;

class AsyncRecorder extends Recorder {
  override committing = async () => void this.events.push('committing');
}

export const insert = (text: string) => async (tx: Transaction) => {
  await tx.run('INSERT INTO notes (text) VALUES ($1)', [text]);
  return text;
};

export async function notes(): Promise<string[]> {
  const rows = await postgres.all<{ text: string }>('SELECT text FROM notes ORDER BY place');
  return rows.map(({ text }) => text);
}

/** Nothing of the machine's own time is counted, however busy it is. */
export const timeless = { ...keepAliveClock, elapsed: () => 0 };

/** Every test file that imports from here calls it at its beginning. */
export function registerWriterHooks(): void {
  registerHooks();
  beforeEach(async () => {
    postgres = open(await newDatabase());
    writer = new PostgresWriter(postgres, timeless);
    await writer.write(async (tx) => {
      await tx.run('CREATE TABLE notes (place serial, text text NOT NULL UNIQUE)');
    });
    transactions = new AsyncRecorder();
    writer.join('recorder', transactions);
  });
}
