import { expect, test } from 'bun:test';
import { openDatabase } from '../../src/platform/database.ts';
import { TABLE_NAMES } from '../../src/platform/replica/tables.ts';
import { newDatabase, open, registerHooks } from './postgres_setup.ts';

registerHooks();

/** Those of jobs and schedules, which PostgreSQL has in a form of its own. */
const OF_JOBS =
  /^(jobs|job_\w+|schedules|schedule_runs|paused_sources|audit|processes|migrations)$/;

/** What each replica derives from its rows, or tells its own processes. */
const DERIVED =
  /^(post_words\w*|post_terms|word_index|vector_models|vector_codes|vector_removals|post_changes)$/;

const ofSqlite = () =>
  openDatabase(':memory:')
    .query<{ name: string }, []>("SELECT name FROM sqlite_master WHERE type = 'table'")
    .all()
    .map(({ name }) => name)
    .filter((name) => !name.startsWith('sqlite_'));

test('every table is replicated, or of jobs, or derived', () => {
  const others = ofSqlite().filter((name) => !OF_JOBS.test(name) && !DERIVED.test(name));
  expect(others.toSorted()).toEqual([...TABLE_NAMES].toSorted());
});

test('PostgreSQL has the columns of every replicated table', async () => {
  const sqlite = openDatabase(':memory:');
  const postgres = open(await newDatabase());
  for (const name of TABLE_NAMES) {
    const columns = sqlite.query('SELECT name FROM pragma_table_info(?)').all(name);
    const stored = await postgres.all(
      'SELECT column_name AS name FROM information_schema.columns WHERE table_name = $1 ORDER BY ordinal_position',
      [name],
    );
    expect([name, stored]).toEqual([name, columns]);
  }
});
