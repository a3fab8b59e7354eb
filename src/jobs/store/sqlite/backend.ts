import type { Database } from 'bun:sqlite';
import { systemClock } from '../../../platform/clock.ts';
import { writerOf } from '../../../platform/writer.ts';
import type { JobData, SaveData } from '../../job.ts';
import { type BackendDeps, type JobBackend, NO_SIGNALS } from '../backend.ts';
import { createAuditRecorder, createSqliteAuditTrail } from './audit.ts';
import { changeLogOf } from './changes.ts';
import { createCommitSignals } from './commit_signals.ts';
import { createSqliteJobHistory } from './history.ts';
import { createSqliteJobEvents } from './job_events.ts';
import { createSqliteRunReader } from './leases.ts';
import { createSqliteJobListing } from './listing.ts';
import { createSqliteJobNews, SqliteJobReader } from './reader.ts';
import { createSqliteRecentJobs } from './recent_jobs.ts';
import { createSqliteJobStore } from './store.ts';

/** Everything over one connection, which has the tables of `migrations/`. */
export function createSqliteBackend(
  db: Database,
  { clock, owner, save, followUps, isInternal, obstacle }: BackendDeps,
): JobBackend {
  const writer = writerOf(db);
  writer.use(clock);
  writer.obstacle = obstacle;
  const log = changeLogOf(db, writer);
  const store = createSqliteJobStore(db, writer, log, synchronous(save), followUps, isInternal);
  return {
    store,
    queue: store,
    reader: new SqliteJobReader(db, log, clock.now),
    recent: createSqliteRecentJobs(db, clock.now),
    runs: createSqliteRunReader(db),
    news: createSqliteJobNews(db, log),
    listing: createSqliteJobListing(db, clock.now),
    history: createSqliteJobHistory(db),
    events: createSqliteJobEvents(db, clock.now),
    counters: log.counters,
    audit: {
      ...createSqliteAuditTrail(db),
      recorder: (by) => createAuditRecorder(db, by, clock.now),
    },
    // With a test's clock the test decides what is noticed, and when.
    listen: (onSignal) =>
      clock !== systemClock || db.filename === ':memory:'
        ? NO_SIGNALS
        : createCommitSignals(db, writer, owner, onSignal),
  };
}

/** An `await` within a transaction of SQLite would let the writes of others into it. */
function synchronous(save: BackendDeps['save']): SaveData {
  return (data) => {
    const saved = (save as (data: JobData) => ReturnType<typeof save>)(data);
    if (!(saved instanceof Promise)) return saved;
    throw new TypeError('On SQLite, `save` has to be synchronous.');
  };
}
