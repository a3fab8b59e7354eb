import type { Query } from '../../../platform/postgres/statements.ts';
import { LIVE, RUNNING } from '../rows.ts';
import type { JobNews, News } from '../store.ts';
import { EVERYTHING } from '../transaction_changes.ts';
import type { ChangeLog } from './change_log.ts';
import { CHANNEL } from './commit_signals.ts';
import type { Echo } from './echo.ts';
import type { PostgresRecentJobs } from './recent_jobs.ts';
import { type Snapshot, toSnapshot, unseen, unseenRows } from './snapshot.ts';

/** Above this many changes since the last call, the jobs are not listed. */
const MAX_LISTED = 500;

/** More rows than the change log has, unless a transaction stays open for long. */
const MAX_ROWS = 4_096;

/** Reads from PostgreSQL what other processes changed. */
export class PostgresJobNews implements JobNews {
  /** What was visible at the last call. */
  #seen: Snapshot | undefined;
  /** The running jobs of others, and a text that changes with their progress. */
  #progress = new Map<string, string>();
  #isSignalled = false;

  constructor(
    private readonly db: Query,
    private readonly log: ChangeLog,
    private readonly recent: PostgresRecentJobs,
    private readonly echo: Echo,
  ) {}

  get isSignalled(): boolean {
    return this.echo.isHeard;
  }

  /** What is committed from now on is news. */
  async begin(): Promise<void> {
    if (this.#seen) return;
    const row = await this.db.get<{ snapshot: string }>(
      'SELECT pg_current_snapshot()::text AS snapshot',
    );
    this.#seen ??= toSnapshot(row?.snapshot ?? '');
    await this.recent.load();
  }

  /** Another process has committed something: that is news, even if no job has changed. */
  signalled(): void {
    this.#isSignalled = true;
  }

  async take(owner: string): Promise<News | undefined> {
    await this.begin();
    const seen = this.#seen as Snapshot;
    const isSignalled = this.#isSignalled;
    this.#isSignalled = false;
    try {
      const found = await this.#look(seen, owner);
      const news = newsOf(found.changes, found.gone >= seen.xmin);
      const ids = [...news.changed, ...found.progressed];
      if (news.changed === 'too many') await this.recent.load();
      else await this.recent.refresh(ids, removedIn(found.changes));
      await this.#countEnds(found, seen);
      this.#seen = found.snapshot;
      this.#progress = found.progress;
      const isNothing = found.changes.length === 0 && found.progressed.length === 0;
      return isNothing && !isSignalled ? undefined : { ...news, progressed: found.progressed };
    } catch (error) {
      this.#isSignalled ||= isSignalled;
      throw error;
    }
  }

  async #look(seen: Snapshot, owner: string) {
    const values = [...unseen(seen), this.log.owner, owner, this.echo.next()];
    const row = await this.db.get<FoundRow>(LOOK, values);
    const { snapshot = seen.text, gone = 0, changes, running } = row ?? {};
    const progress = new Map(JSON.parse(running ?? '[]') as [string, string][]);
    const progressed = [...progress].flatMap(([id, mark]) =>
      this.#progress.get(id) === mark ? [] : [id],
    );
    return {
      snapshot: toSnapshot(snapshot),
      gone,
      changes: JSON.parse(changes ?? '[]') as Change[],
      progress,
      progressed,
    };
  }

  /** What this connection has ended itself was counted when it was committed. */
  async #countEnds(
    { changes, snapshot }: { changes: Change[]; snapshot: Snapshot },
    seen: Snapshot,
  ): Promise<void> {
    const isWhole = changes.length <= MAX_LISTED;
    const rows = isWhole
      ? changes.map(([, , ends, retries]) => ({ ends, retries }))
      : await this.db.all<{ ends: string | null; retries: string | null }>(ENDS, [
          ...unseen(seen),
          this.log.owner,
          snapshot.text,
        ]);
    for (const row of rows) this.log.counters.take(row);
  }
}

type Change = [
  jobs: string | null,
  removed: string | null,
  ends: string | null,
  retries: string | null,
];

interface FoundRow {
  snapshot: string;
  gone: number;
  changes: string | null;
  running: string | null;
}

function newsOf(changes: Change[], isGap: boolean): Omit<News, 'progressed'> {
  const changed = new Set(changes.flatMap(([jobs]) => idsOf(jobs)));
  const isTooMuch =
    isGap ||
    changes.length > MAX_LISTED ||
    changed.size > MAX_LISTED ||
    changed.has(EVERYTHING) ||
    changes.some(([jobs]) => jobs === null);
  return {
    changed: isTooMuch ? 'too many' : changed,
    hasRemoved: changes.some(([, removed]) => removed !== null),
  };
}

function idsOf(jobs: string | null): string[] {
  return jobs === null ? [] : (JSON.parse(jobs) as string[]);
}

function removedIn(changes: Change[]): string[] {
  return changes.flatMap(([, removed]) =>
    (JSON.parse(removed ?? '[]') as [id: string][]).map(([id]) => id),
  );
}

const MARK = "attempt || ' ' || updated_at || ' ' || progress_current || ' ' || revision";

const OF_OTHERS = 'AND owner <> $3';

// One statement, so that a process that has nothing to do costs the server little.
const LOOK = `
  SELECT pg_current_snapshot()::text AS snapshot,
         (SELECT gone_xid::text::bigint FROM job_feed) AS gone,
         (SELECT json_agg(json_build_array(jobs, removed, ends, retries) ORDER BY xid, seq)::text
          FROM (SELECT * FROM (${unseenRows('xid, seq, jobs, removed, ends, retries', OF_OTHERS)}) AS rows
                ORDER BY xid, seq LIMIT ${MAX_LISTED + 1}) AS news) AS changes,
         (SELECT json_agg(json_build_array(id, ${MARK}))::text
          FROM jobs WHERE ${LIVE} AND ${RUNNING} AND owner <> $4) AS running,
         CASE WHEN $5::text <> '' THEN pg_notify('${CHANNEL}', $5)::text END AS echo`;

const ENDS = `
  SELECT ends, retries FROM (${unseenRows('xid, seq, ends, retries', OF_OTHERS)}) AS rows
  WHERE pg_visible_in_snapshot(xid, $4::text::pg_snapshot)
  ORDER BY xid, seq LIMIT ${MAX_ROWS}`;
