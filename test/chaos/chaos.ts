/**
 * Runs a server and two workers on one data folder, starts jobs of all four types over HTTP and by a
 * schedule, has a webhook told of their ends, and kills processes with SIGKILL (or freezes them) at random
 * moments and restarts them. Then it checks whether anything was lost, done twice or left stuck.
 *
 * With `--cluster` there are two servers and three workers, each with a data folder and, where the system allows it, a host
 * name of its own, on one PostgreSQL server, which is killed and started again, too. With `--queue redis`, or `postgres`, BullMQ
 * hands out the jobs, and Redis is killed with it.
 */
import { Database } from 'bun:sqlite';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Job, JobPage } from '../../src/jobs/index.ts';
import { fillModelCache } from '../support/model_cache.ts';
import { readScriptOptions } from '../support/script_options.ts';
import { until } from '../support/wait.ts';
import { type SharedServers, startShared } from './cluster_servers.ts';
import { databaseIn, environment, isDue, machines, processes } from './places.ts';
import { ChaosProcess, endWithScript } from './process.ts';
import { addWebhookAndSchedule, type Receiver, startReceiver } from './receiver.ts';
import { commitsIn, linesOf } from './trace_lines.ts';
import { faultsIn } from './verdict.ts';

interface ChaosOptions {
  kills: number;
  /** How often a process is stopped with SIGSTOP and continued. */
  freezes: number;
  freezeMs: number;
  leaseMs: number;
  seed: number;
  /** Several machines on these servers. Default: one machine on SQLite. */
  cluster?: SharedServers;
}

export interface ChaosReport {
  /** How often something happened, by name. */
  counts: Record<string, number>;
  /** What is wrong, one sentence each. */
  faults: string[];
}

/** Jobs for this user are sometimes cancelled, so any part of the posts may be missing. */
const CANCELLED_USER = 'mira_orbits';
const USERS = ['aurora_lab', 'deep_sky_dan', 'tidal_lock'];
const TERMS = ['space, jazz', 'bread', 'chess opening', 'aurora'];
const JOBS_AT_ONCE = 6;

/** Pages of results that the trace has at least before the load ends. */
const MIN_COMMITS = 21;

export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const { kills, freezes, freezeMs, leaseMs, cluster } = options;
  await fillModelCache();
  const random = seeded(options.seed);
  const folder = mkdtempSync(join(tmpdir(), 'xgpt-chaos-'));
  const trace = join(folder, 'trace.jsonl');
  const shared = cluster && (await startShared(cluster));
  const more = { XGPT_CHAOS_TRACE: trace, XGPT_LEASE_MS: String(leaseMs) };
  const receiver = startReceiver(random);
  const places = shared ? machines(folder, { ...more, ...shared.env }) : processes(folder, more);
  const servers = places.filter(({ command }) => command === 'serve');
  try {
    const printed = await Promise.all(places.map((place) => place.start()));
    const addresses = printed.slice(0, servers.length).map(addressIn);
    const client = await chaosClient(addresses, random, receiver);
    const working = new AbortController();
    const load = client.keepStarting(working.signal);
    const frozen = freezeNowAndThen(places, freezes, freezeMs, random);
    for (let kill = 0; kill < kills; kill++) {
      await Bun.sleep(random() * 600);
      if (shared && isDue(kill, kills, cluster.outages)) await shared.restart(random() * 3_000);
      const awake = places.filter((place) => !frozen.has(place));
      await restart(pick(awake, random), random);
    }
    await frozen.over;
    // On a slow machine few jobs are answered between the kills, and few of their pages are saved.
    await until('some jobs were accepted', () => client.accepted.size >= JOBS_AT_ONCE);
    await until('some pages were saved', () => commitsIn(linesOf(trace)) >= MIN_COMMITS);
    working.abort();
    await load;
    await client.finish();

    const jobs = await client.allJobs();
    const deliveries = await client.allJobs('deliver');
    const ofSchedule = await client.faultsOfSchedule();
    const lives = places.flatMap((place) => place.lives);
    const lines = linesOf(trace);
    const codes = await Promise.all(places.map((place) => place.end()));
    const faults = [
      ...faultsIn(lines, [...jobs, ...deliveries], lives),
      ...receiver.faultsAgainst(jobs),
      ...ofSchedule,
      ...client.faultsAgainst(jobs),
      ...(await faultsInLibrary(databaseIn(folder, cluster !== undefined), jobs)),
      ...codes.flatMap((code) => (code === 0 ? [] : `A process ended with ${code} at SIGTERM.`)),
    ];
    const counts = {
      kills,
      freezes,
      ...(cluster && { outages: cluster.outages }),
      processes: lives.length,
      'jobs answered 202': client.accepted.size,
      jobs: jobs.length,
      'events sent': receiver.told.length,
      attempts: lines.filter(({ what }) => what === 'begin').length,
      commits: commitsIn(lines),
      cancelled: jobs.filter(({ status }) => status === 'cancelled').length,
    };
    return { counts, faults };
  } finally {
    for (const place of places) await place.kill();
    await receiver.stop();
    await shared?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function addressIn(printed: string): string {
  const address = /http:\S+/.exec(printed)?.[0];
  if (!address) throw new Error(`No address in: ${printed}`);
  return address;
}

async function restart(place: ChaosProcess, random: () => number): Promise<void> {
  await place.kill();
  await Bun.sleep(random() * 200);
  await place.start();
}

/** Freezes one process after the other while others are killed; `has` tells which one is frozen. */
function freezeNowAndThen(places: ChaosProcess[], times: number, ms: number, random: () => number) {
  let frozen: ChaosProcess | undefined;
  const over = (async () => {
    for (let time = 0; time < times; time++) {
      await Bun.sleep(500 + random() * 1_000);
      frozen = pick(places, random);
      await frozen.freeze(ms);
      frozen = undefined;
    }
  })();
  return { over, has: (place: ChaosProcess) => place === frozen };
}

/** Starts, cancels and reads jobs over HTTP, whether the server answers or not. */
async function chaosClient(addresses: string[], random: () => number, receiver: Receiver) {
  const accepted = new Set<string>();
  const cancelled = new Set<string>();
  const ends = new Map<string, string>();
  const changedEnds: string[] = [];

  async function ask<Answer>(path: string, body?: object): Promise<Answer | undefined> {
    try {
      const response = await fetch(new URL(path, pick(addresses, random)), {
        method: body ? 'POST' : 'GET',
        headers: { accept: 'application/json', 'content-type': 'application/json' },
        body: body && JSON.stringify(body),
        signal: AbortSignal.timeout(3_000),
      });
      return response.ok ? ((await response.json()) as Answer) : undefined;
    } catch {
      return undefined; // The server was killed.
    }
  }

  const others = await addWebhookAndSchedule(ask, receiver.url);

  async function keepStarting(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const page = await ask<{ jobs: Job[] }>('/api/jobs?limit=1000');
      const jobs = page?.jobs ?? [];
      noteEnds(jobs);
      const active = jobs.filter(({ completedAt }) => !completedAt);
      if (page && active.length < JOBS_AT_ONCE) await startOne();
      const victim = active.find(({ metadata }) => metadata?.username === CANCELLED_USER);
      if (victim && random() < 0.1) await cancel(victim.id);
      if (random() < 0.03) await ask('/api/types/scrape/pause', {});
      if (random() < 0.2) await ask('/api/types/scrape/resume', {});
      await others.disturb(random);
      await Bun.sleep(40);
    }
  }

  async function startOne(): Promise<void> {
    const [type, fields] = pick(WORK, random)(random);
    const answer = await ask<{ job: Job }>(`/api/${type}`, { ...fields, ...startOptions(random) });
    if (answer) accepted.add(answer.job.id);
  }

  async function cancel(id: string): Promise<void> {
    if (await ask(`/api/jobs/${id}/cancel`, {})) cancelled.add(id);
  }

  /** An end is final: nothing in this run retries a job. */
  function noteEnds(jobs: Job[]): void {
    for (const { id, status, completedAt } of jobs) {
      const known = ends.get(id);
      if (known && known !== status) changedEnds.push(`${id} was ${known} and became ${status}.`);
      if (completedAt) ends.set(id, status);
    }
  }

  /** All jobs; none when the server does not answer. */
  async function jobs(type?: string): Promise<Job[]> {
    const all: Job[] = [];
    let cursor: string | undefined = '';
    while (cursor !== undefined) {
      const of = type ? `&type=${type}` : '';
      const at: string = `/api/jobs?limit=1000${of}&cursor=${encodeURIComponent(cursor)}`;
      const page: JobPage | undefined = await ask(at);
      if (!page) return [];
      all.push(...page.jobs);
      cursor = page.nextCursor;
    }
    noteEnds(all);
    return all;
  }

  return {
    accepted,
    keepStarting,
    allJobs: (type?: string) =>
      until('the jobs are listed', async () => {
        const all = await jobs(type);
        return all.length > 0 ? all : undefined;
      }),
    faultsOfSchedule: () => others.faults(),
    /** Waits until every job has ended, then embeds the posts without a vector. */
    async finish(): Promise<void> {
      await until('scrapes start again', () => ask('/api/types/scrape/resume', {}));
      await until('nothing more is scheduled', () => others.calm());
      const ended = async (type?: string) => {
        const all = await jobs(type);
        return all.length > 0 && all.every(({ completedAt }) => completedAt);
      };
      await until('all jobs have ended', () => ended(), 180_000).catch(() => {});
      await until('the last embed has begun', () => ask('/api/embed', {}));
      await until('the last embed has ended', () => ended(), 180_000).catch(() => {});
      await receiver.untilTold(() => ended('deliver'));
    },
    faultsAgainst(all: Job[]): string[] {
      const byId = new Map(all.map((job) => [job.id, job]));
      const lost = [...accepted].filter((id) => !byId.has(id));
      const uncancelled = [...cancelled].filter((id) => byId.get(id)?.status !== 'cancelled');
      return [
        ...lost.map((id) => `${id} was answered 202 and is lost.`),
        ...uncancelled.map((id) => `${id} was cancelled and is ${byId.get(id)?.status}.`),
        ...changedEnds,
      ];
    },
  };
}

/** Of any priority, some of them a moment later; none runs for as long as its limit. */
function startOptions(random: () => number): object {
  return {
    priority: Math.floor(random() * 21) - 10,
    timeoutMs: 600_000,
    ...(random() < 0.2 && { delayMs: 300 }),
  };
}

const WORK: ((random: () => number) => [type: string, fields: object])[] = [
  (random) => [
    'scrape',
    { username: pick(USERS, random), maxTweets: 20 + Math.floor(random() * 300) },
  ],
  (random) => ['scrape', { username: CANCELLED_USER, maxTweets: 100 + Math.floor(random() * 50) }],
  (random) => ['search', { query: pick(TERMS, random), maxTweets: 60, embed: random() < 0.5 }],
  (random) => [
    'discover',
    { query: pick(TERMS, random), maxResults: 10 + Math.floor(random() * 20) },
  ],
  () => ['embed', {}],
];

/** Compares the library with that of the same jobs in an undisturbed run. */
async function faultsInLibrary(database: string, jobs: Job[]): Promise<string[]> {
  const reference = mkdtempSync(join(tmpdir(), 'xgpt-chaos-calm-'));
  const calm = new ChaosProcess('serve', environment(reference, { XGPT_SAMPLE_PAGE_MS: '0' }));
  try {
    const address = addressIn(await calm.start());
    const expected = await undisturbed(address, jobs);
    const found = contentsOf(database);
    const wanted = contentsOf(databaseIn(reference, false));
    const faults = jobs.flatMap((job) => {
      const { posts, profiles } = (job.result ?? {}) as { posts?: number; profiles?: number };
      const count = posts ?? profiles;
      const should = expected.get(inputOf(job));
      if (job.status !== 'completed' || should === undefined || count === should) return [];
      return `${job.id} has ${count} results instead of ${should}.`;
    });
    const missing = [...wanted.posts].filter((post) => !found.posts.has(post));
    const surplus = [...found.posts].filter(
      (post) => !wanted.posts.has(post) && !post.startsWith(`${CANCELLED_USER} `),
    );
    if (missing.length > 0) faults.push(`${missing.length} posts are missing: ${missing[0]}`);
    if (surplus.length > 0) faults.push(`${surplus.length} posts are too many: ${surplus[0]}`);
    if (found.vectors !== found.posts.size) {
      faults.push(`${found.vectors} vectors for ${found.posts.size} posts.`);
    }
    return faults;
  } finally {
    await calm.kill();
    rmSync(reference, { recursive: true, force: true });
  }
}

const inputOf = ({ type, metadata }: Job) => JSON.stringify([type, metadata]);

/** How many results each kind of job has in an undisturbed run. */
async function undisturbed(address: string, jobs: Job[]): Promise<Map<string, number>> {
  const isCompared = ({ type, status }: Job) => type !== 'embed' && status === 'completed';
  const kinds = new Map(jobs.filter(isCompared).map((job) => [inputOf(job), job]));
  const brought = new Map<string, number>();
  const headers = { accept: 'application/json', 'content-type': 'application/json' };
  for (const [kind, { type, metadata }] of kinds) {
    const body = JSON.stringify({ ...metadata, embed: false });
    const started = await fetch(new URL(`/api/${type}`, address), {
      method: 'POST',
      headers,
      body,
    });
    const { job } = (await started.json()) as { job: Job };
    const { result } = await until('it has ended', async () => {
      const response = await fetch(new URL(`/api/jobs/${job.id}`, address), { headers });
      const answer = (await response.json()) as { job: Job };
      return answer.job.completedAt ? answer.job : undefined;
    });
    const { posts, profiles } = result as { posts?: number; profiles?: number };
    brought.set(kind, posts ?? profiles ?? 0);
  }
  return brought;
}

function contentsOf(database: string) {
  const db = new Database(database, { readonly: true });
  const posts = db
    .query<{ post: string }, []>(
      "SELECT author || ' ' || source || ' ' || id || ' ' || text AS post FROM posts",
    )
    .all();
  const vectors =
    db.query<{ n: number }, []>('SELECT COUNT(DISTINCT post_key) AS n FROM vectors').get()?.n ?? 0;
  db.close();
  return { posts: new Set(posts.map(({ post }) => post)), vectors };
}

function pick<Item>(items: Item[], random: () => number): Item {
  return items[Math.floor(random() * items.length)] as Item;
}

/** Mulberry32: the same numbers for the same seed. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const USAGE = `Kills processes at random moments while jobs run, and checks whether anything was lost:

    bun run chaos -- [--kills 200] [--freezes 0] [--freeze-ms 40000] [--lease-ms 30000] [--seed <n>]
    bun run chaos -- --cluster [--outages 0] [--queue redis|postgres] …`;

if (import.meta.main) {
  endWithScript();
  const { values } = readScriptOptions(USAGE, {
    options: {
      kills: { type: 'string', default: '200' },
      freezes: { type: 'string', default: '0' },
      'freeze-ms': { type: 'string', default: '40000' },
      'lease-ms': { type: 'string', default: '30000' },
      seed: { type: 'string', default: String(Date.now() % 100_000) },
      cluster: { type: 'boolean', default: false },
      outages: { type: 'string', default: '0' },
      queue: { type: 'string' },
    },
  });
  console.log(`seed ${values.seed}`);
  const { counts, faults } = await runChaos({
    kills: Number(values.kills),
    freezes: Number(values.freezes),
    freezeMs: Number(values['freeze-ms']),
    leaseMs: Number(values['lease-ms']),
    seed: Number(values.seed),
    ...(values.cluster && { cluster: { ...values, outages: Number(values.outages) } }),
  });
  for (const [name, count] of Object.entries(counts)) console.log(name.padEnd(20), count);
  for (const fault of faults.slice(0, 20)) console.log(`✗ ${fault}`);
  console.log(
    faults.length === 0
      ? 'Nothing was lost, done twice or left stuck.'
      : `${faults.length} faults.`,
  );
  process.exit(faults.length === 0 ? 0 : 1);
}
