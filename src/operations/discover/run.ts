import { type InputOf, type Job, PermanentError, type QueuedJobContext } from '../../jobs/index.ts';
import type { Profile } from '../../sources/post.ts';
import type { Page } from '../../sources/source.ts';
import { count, counted } from '../../text/format.ts';
import { quoted } from '../../text/isolated.ts';
import type { OperationDeps } from '../deps.ts';
import {
  costAfter,
  LISTING_RETRY,
  type ListingPlace,
  pageLine,
  pageProgress,
  placeAfter,
} from '../listing.ts';
import { defineOperation } from '../operation.ts';
import type { DiscoverResult } from './input.ts';

const FIND_STEP = 'find profiles';
const SCRAPE_STEP = 'scrape each of them';

type DiscoverInput = InputOf<'discover'>;

type Checkpoint = DiscoverResult & ListingPlace;

/** Finds profiles by bio or keywords. */
export default defineOperation<'discover'>(({ sources }) => {
  return {
    concurrency: 2,
    retry: LISTING_RETRY,

    steps: ({ scrape }) => (scrape ? [FIND_STEP, SCRAPE_STEP] : []),

    async run(input, job) {
      if (!input.scrape) return find(sources, input, job);
      const found = await job.step(FIND_STEP, () => find(sources, input, job));
      return job.step(SCRAPE_STEP, async () => ({
        ...found,
        ...(await scrapeAll(found, input, job)),
      }));
    },
  };
});

async function find(
  sources: OperationDeps['sources'],
  input: DiscoverInput,
  job: QueuedJobContext,
): Promise<DiscoverResult> {
  const source = sources.get(input.source);
  if (!source?.discover) throw new Error(`${input.source} cannot look for people.`);
  let done = (job.checkpoint as Checkpoint | undefined) ?? nothingYet(input.save);
  if (done.atEnd) return resultOf(done);
  job.stage('looking');
  if (done.profiles === 0) {
    await job.updateProgress(0, 0, `Searching ${source.label} for ${quoted(input.query)}`);
  }
  const pages = source.discover({
    query: input.query,
    cursor: done.cursor,
    signal: job.signal,
    wanted: input.maxResults - done.profiles,
    onWaiting: (message) => void job.updateProgress(done.profiles, 0, message),
  });
  for await (const page of pages) {
    job.signal.throwIfAborted();
    const profiles = page.items.slice(0, input.maxResults - done.profiles);
    const before = done;
    const read = afterPage(before, page, profiles, input.maxResults);
    const after = (added: number) => ({ ...read, newProfiles: before.newProfiles + added });
    const saved = await job.commit(input.save ? { profiles } : {}, (saved) => ({
      checkpoint: after(saved.profiles.added),
      progress: pageProgress(read.profiles, page, input.maxResults, read.cost),
    }));
    done = after(saved.profiles.added);
    for (const note of page.notes ?? []) job.log(note);
    job.log(pageLine(profiles.length, saved.profiles.added, done.profiles, 'profile'));
    if (done.atEnd) break;
  }
  return resultOf(done);
}

/** One job for each of them. It succeeds when none of them has failed. */
async function scrapeAll(
  { found, cost }: DiscoverResult,
  { source, maxTweets }: DiscoverInput,
  job: QueuedJobContext,
): Promise<Pick<DiscoverResult, 'scraped' | 'posts' | 'cost'>> {
  job.stage('scraping');
  if (found.length === 0) return { scraped: 0, posts: 0 };
  job.log(`Starting ${counted(found.length, 'scrape')}: ${found.join(', ')}.`);
  const inputs = found.map((username) => ({ username, maxTweets, source }));
  const scrapes = await job.runChildren('scrape', inputs, () => maxTweets);
  for (const scrape of scrapes)
    job.log(`${nameOf(scrape)} ${scrape.status}. ${scrape.errorMessage ?? ''}`.trim());
  const failed = scrapes.filter(({ status }) => status === 'failed');
  if (failed.length > 0) throw new PermanentError(whatFailed(failed, scrapes.length));
  const completed = scrapes.filter(({ status }) => status === 'completed');
  const results = completed.map(({ result }) => result as { posts: number; cost?: number });
  let total = costAfter({}, { cost });
  for (const result of results) total = costAfter(total, result);
  const posts = results.reduce((sum, result) => sum + result.posts, 0);
  return { scraped: completed.length, posts, ...total };
}

function whatFailed(failed: Job[], of: number): string {
  const [first] = failed;
  const reason = first ? ` ${nameOf(first)}: ${first.errorMessage}` : '';
  return `${count(failed.length)} of ${counted(of, 'scrape')} failed.${reason} Retry starts again what failed and keeps the rest.`;
}

function nameOf({ metadata }: Job): string {
  return `@${String(metadata?.username ?? '')}`;
}

function nothingYet(saved: boolean): Checkpoint {
  return { profiles: 0, newProfiles: 0, saved, found: [] };
}

function afterPage(
  done: Checkpoint,
  page: Page<Profile>,
  found: Profile[],
  wanted: number,
): Checkpoint {
  const profiles = done.profiles + found.length;
  return {
    ...done,
    profiles,
    found: [...done.found, ...found.map(({ username }) => username)],
    ...costAfter(done, page),
    ...(page.stopped !== undefined && profiles < wanted && { stopped: page.stopped }),
    ...placeAfter(page, profiles, wanted),
  };
}

function resultOf({ cursor: _cursor, atEnd: _atEnd, ...result }: Checkpoint): DiscoverResult {
  return result;
}
