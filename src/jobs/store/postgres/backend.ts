import { type Clock, systemClock } from '../../../platform/clock.ts';
import { Postgres } from '../../../platform/postgres/client.ts';
import { writerOf } from '../../../platform/postgres/writer.ts';
import { type BackendDeps, type JobBackend, NO_SIGNALS } from '../backend.ts';
import { AuditRecorder } from './audit_recorder.ts';
import { PostgresAuditTrail } from './audit_trail.ts';
import { ChangeLog } from './change_log.ts';
import { createPostgresSignals } from './commit_signals.ts';
import { Echo } from './echo.ts';
import { PostgresJobHistory } from './history.ts';
import { PostgresJobEvents } from './job_events.ts';
import { PostgresJobListing } from './listing.ts';
import { PostgresJobNews } from './news.ts';
import { Offering } from './offering.ts';
import { PostgresJobReader } from './reader.ts';
import { PostgresRecentJobs } from './recent_jobs.ts';
import { PostgresRunReader } from './run_reader.ts';
import { createPostgresJobStore } from './store.ts';

/** An open database, or one that is connected to at its first use. */
export function postgresOf(database: Postgres | string): Postgres {
  return typeof database === 'string' ? new Postgres(database) : database;
}

/** Everything over one database, which has the tables of `migrations/postgres/` once it is ready. */
export function createPostgresBackend(
  db: Postgres,
  { clock, owner, save, followUps, isInternal, obstacle, offer }: BackendDeps,
): JobBackend {
  const { now } = clock;
  const writer = writerOf(db);
  writer.use(clock);
  writer.obstacle = obstacle;
  const { log, recent, news, recorder, echo } = sharedOf(db, owner, clock);
  if (offer) writer.join('tickets', new Offering(log, recent, offer));
  const runs = new PostgresRunReader(db, now);
  const store = createPostgresJobStore(db, writer, { log, runs, save, followUps, isInternal });
  return {
    store,
    queue: store,
    reader: new PostgresJobReader(db, now),
    recent,
    runs,
    news,
    listing: new PostgresJobListing(db, now),
    history: new PostgresJobHistory(db),
    events: new PostgresJobEvents(db, now),
    counters: log.counters,
    audit: auditOf(new PostgresAuditTrail(db), (by) => recorder.recorder(by, now)),
    track: (run) => db.track(run),
    listen(onSignal) {
      const hear = () => {
        news.signalled();
        onSignal();
      };
      // With a test's clock the test decides what is noticed, and when.
      const signals =
        clock === systemClock ? createPostgresSignals(db, writer, owner, echo, hear) : NO_SIGNALS;
      // What fails now is reported by the first look for news.
      void news.begin().catch(() => {});
      return {
        get ready() {
          return Promise.all([signals.ready, news.begin()]).then(() => {});
        },
        stop: () => signals.stop(),
      };
    },
  };
}

interface Shared {
  log: ChangeLog;
  recent: PostgresRecentJobs;
  news: PostgresJobNews;
  recorder: AuditRecorder;
  echo: Echo;
}

const shared = new WeakMap<Postgres, Shared>();

/** What trackers over one connection have in common; it takes part in the writer's transactions. */
function sharedOf(db: Postgres, owner: string, clock: Clock): Shared {
  const known = shared.get(db) ?? newShared(db, owner, clock);
  shared.set(db, known);
  known.recent.use(clock.now);
  return known;
}

function newShared(db: Postgres, owner: string, { now, elapsed }: Clock): Shared {
  const log = new ChangeLog(owner);
  const recent = new PostgresRecentJobs(db, log, now);
  const recorder = new AuditRecorder();
  const writer = writerOf(db);
  writer.join('audit', recorder);
  // It reads what has changed before the log forgets that.
  writer.join('recent jobs', recent);
  writer.join('jobs', log);
  const echo = new Echo(owner, elapsed);
  return { log, recent, recorder, echo, news: new PostgresJobNews(db, log, recent, echo) };
}

function auditOf(
  trail: PostgresAuditTrail,
  recorder: JobBackend['audit']['recorder'],
): JobBackend['audit'] {
  return {
    list: (query) => trail.list(query),
    startOf: (job) => trail.startOf(job),
    recorder,
  };
}
