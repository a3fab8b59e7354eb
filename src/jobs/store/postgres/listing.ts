import type { Query } from '../../../platform/postgres/statements.ts';
import { type JobListing, type JobPage, type JobQuery, WINDOW } from '../../listing.ts';
import {
  bounded,
  type Direction,
  type Found,
  inReading,
  type ListWords,
  lanesOf,
  nearest,
  newerPageOf,
  newestOf,
  olderPageOf,
  type Params,
  type Position,
  pageLimit,
  RECENT_JOBS,
  recentSessionOf,
  type Scope,
  type StatusRow,
  type SumRow,
  scopeOf,
  sessionOf,
  sortedStatus,
  type TallyRow,
  tallyOf,
  whereOf,
} from '../job_lists.ts';
import { BRIEF, type JobRow } from '../rows.ts';
import { numbered } from './named.ts';

const WORDS: ListWords = {
  contains: (text) => `strpos(lower(${text}), lower($q)) > 0`,
  isNotExcepted: 'type <> ALL(ARRAY(SELECT json_array_elements_text($except::text::json)))',
};

/** Lists jobs from PostgreSQL. */
export class PostgresJobListing implements JobListing {
  constructor(
    private readonly db: Query,
    private readonly now: () => number,
  ) {}

  async list(jobQuery: JobQuery): Promise<JobPage> {
    if (jobQuery.newerThan) {
      const found = await this.#select(jobQuery, 'newer');
      const page = newerPageOf(found, jobQuery, this.now());
      if (page) return page;
    }
    const older = jobQuery.newerThan ? newestOf(jobQuery) : jobQuery;
    return olderPageOf(await this.#select(older, 'older'), older, this.now());
  }

  async tally(jobQuery: JobQuery) {
    const scope = await this.#scopeOf(jobQuery, 'older');
    const lanes = await this.#lanesOf(scope);
    const bound = await this.#boundOf(scope, lanes);
    const rows = await this.#ofEach<TallyRow>(lanes, (lane) => {
      const { where, params } = bounded(lane, bound);
      return {
        sql: `SELECT status, tracked, COUNT(*) AS count FROM jobs ${where} GROUP BY status, tracked`,
        params,
      };
    });
    return { counts: tallyOf(rows), ...(bound && { nextCursor: bound }) };
  }

  async session(id: string) {
    return sessionOf(await this.db.all<SumRow>(SUMS, [id]));
  }

  async recentSessions(limit: number) {
    const rows = await this.db.all<StatusRow & { id: string; last: number }>(RECENT, [limit]);
    const sessions = Map.groupBy(rows, ({ id }) => id);
    return [...sessions].map(([id, counts]) => recentSessionOf(id, counts[0]?.last ?? 0, counts));
  }

  /** One more than a page has. */
  async #select(jobQuery: JobQuery, direction: Direction): Promise<Found> {
    const limit = pageLimit(jobQuery) + 1;
    const scope = await this.#scopeOf(jobQuery, direction);
    const lanes = await this.#lanesOf(scope);
    const bound = scope.residual.length > 0 ? await this.#boundOf(scope, lanes) : undefined;
    const rows = await this.#ofEach<JobRow>(lanes, (lane) => {
      const { where, params } = bounded(lane, bound);
      return {
        sql: `SELECT ${BRIEF} FROM jobs ${where} ORDER BY ${lane.order} LIMIT ${limit}`,
        params,
      };
    });
    return { rows: rows.sort(inReading(direction)).slice(0, limit), bound };
  }

  /** The last job of the window, when there are that many; reads nothing but the index. */
  async #boundOf({ direction }: Scope, lanes: Scope[]): Promise<string | undefined> {
    const last = await this.#ofEach<Position>(lanes, ({ order, indexed, params }) => ({
      sql: `SELECT created_at, key FROM jobs ${whereOf(indexed)} ORDER BY ${order}
        LIMIT 1 OFFSET ${WINDOW - 1}`,
      params,
    }));
    return nearest(direction, last);
  }

  /** One statement for all lanes, whose only difference is `$lane`. */
  #ofEach<Row>(
    lanes: Scope[],
    statementOf: (lane: Scope) => { sql: string; params: Params },
  ): Promise<Row[]> {
    if (lanes.length === 0) return Promise.resolve([]);
    const all: Params = {};
    const parts = lanes.map((lane, index) => {
      const { sql, params } = statementOf(lane);
      const { lane: type, ...others } = params;
      Object.assign(all, others, type !== undefined && { [`lane${index}`]: type });
      return `(${sql.replaceAll('$lane', `$lane${index}`)})`;
    });
    return this.db.all<Row>(...numbered(parts.join(' UNION ALL '), all));
  }

  async #scopeOf(jobQuery: JobQuery, direction: Direction): Promise<Scope> {
    const status = sortedStatus(jobQuery);
    const areFew = status !== undefined && (await this.#areFew(status));
    return scopeOf(jobQuery, direction, WORDS, () => areFew);
  }

  /** The index of live jobs is not ordered by age: it is used only while there are few to sort. */
  async #areFew(status: string): Promise<boolean> {
    const beyond = await this.db.get<unknown>(
      `SELECT 1 FROM jobs WHERE completed_at IS NULL AND status = $1 LIMIT 1 OFFSET ${WINDOW}`,
      [status],
    );
    return beyond === undefined;
  }

  async #lanesOf(scope: Scope): Promise<Scope[]> {
    if (!scope.isOfAllTypes) return [scope];
    const types = await this.db.all<{ type: string }>(TYPES);
    return lanesOf(
      scope,
      types.map(({ type }) => type),
    );
  }
}

/** The types that have jobs, and null; each step skips all other jobs of a type. */
export const ALL_TYPES = `
  RECURSIVE types (type) AS (
    SELECT MIN(type) FROM jobs
    UNION ALL SELECT (SELECT MIN(type) FROM jobs WHERE jobs.type > types.type) FROM types
    WHERE types.type IS NOT NULL)`;

const TYPES = `WITH ${ALL_TYPES} SELECT type FROM types WHERE type IS NOT NULL`;

// A parent is left out: its progress is the sum of its children's, which are counted.
const IS_PARENT = 'EXISTS (SELECT 1 FROM jobs AS child WHERE child.parent_id = jobs.id)';

const SUMS = `
  SELECT status, COUNT(*) AS count,
         COALESCE(SUM(CASE WHEN ${IS_PARENT} THEN 0
                           ELSE LEAST(progress_current, progress_total) END), 0) AS current,
         COALESCE(SUM(CASE WHEN ${IS_PARENT} THEN 0 ELSE progress_total END), 0) AS total
  FROM jobs WHERE session_id = $1 GROUP BY status`;

const RECENT = `
  SELECT recent.id, recent.last, counts.status, counts.count
  FROM (SELECT session_id AS id, MAX(created_at) AS last
        FROM (SELECT session_id, created_at FROM jobs
              WHERE session_id IS NOT NULL ORDER BY created_at DESC LIMIT ${RECENT_JOBS}) AS newest
        GROUP BY session_id ORDER BY last DESC LIMIT $1) AS recent
  CROSS JOIN LATERAL (SELECT status, COUNT(*) AS count FROM jobs
                      WHERE session_id = recent.id GROUP BY status) AS counts
  ORDER BY recent.last DESC`;
