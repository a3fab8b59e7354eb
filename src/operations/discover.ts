import { z } from 'zod';
import { defineJob } from '../jobs/index.ts';
import type { Profile } from '../post.ts';
import type { Page } from '../sources/source.ts';
import { choice, tick, wholeNumber, words } from './fields.ts';
import type { Services } from './services.ts';
import { pageMessage } from './wording.ts';

const DEFAULT_PROFILES = 20;

export interface DiscoverInput {
  query: string;
  maxResults: number;
  /** Keep the profiles in the library. */
  save: boolean;
  source: string;
}

export interface DiscoverResult {
  profiles: number;
  newProfiles: number;
  saved: boolean;
  /** Usernames, best match first. */
  found: string[];
}

interface Checkpoint extends DiscoverResult {
  cursor?: string;
  /** The listing has been read to its end. */
  atEnd?: boolean;
}

declare module '../jobs/job.ts' {
  interface JobTypes {
    discover: { input: DiscoverInput; output: DiscoverResult };
  }
}

/** Finds profiles by bio or keywords. */
export default function discover({ sources, library }: Services) {
  const able = [...sources.values()].filter((source) => source.discover).map(({ name }) => name);

  return defineJob<'discover'>({
    type: 'discover',
    concurrency: 2,
    input: z.object({
      query: words('Query', 'climbing coach'),
      maxResults: wholeNumber('Profiles', 1, 1_000, DEFAULT_PROFILES),
      save: tick('Save', true),
      source: choice('Source', able as [string, ...string[]], 'sample'),
    }),

    async run(input, job) {
      const source = sources.get(input.source);
      if (!source?.discover) throw new Error(`${input.source} cannot look for people.`);
      let done = (job.checkpoint as Checkpoint | undefined) ?? nothingYet(input.save);
      if (done.atEnd) return resultOf(done);

      job.stage('looking');
      if (done.profiles === 0) {
        await job.updateProgress(0, 0, `Asking ${source.label} for “${input.query}”`);
      }
      const pages = source.discover({
        query: input.query,
        cursor: done.cursor,
        signal: job.signal,
      });
      for await (const page of pages) {
        job.signal.throwIfAborted();
        const profiles = page.items.slice(0, input.maxResults - done.profiles);
        const next = afterPage(done, page, profiles, input.maxResults);
        job.commit(
          () => {
            if (input.save) next.newProfiles += library.saveProfiles(profiles);
          },
          { checkpoint: next, progress: progressOf(next, page, input.maxResults) },
        );
        done = next;
        if (done.atEnd) break;
      }
      return resultOf(done);
    },
  });
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
    cursor: page.cursor,
    atEnd: page.cursor === undefined || profiles >= wanted,
  };
}

function progressOf(done: Checkpoint, page: Page<Profile>, wanted: number) {
  const total = Math.min(wanted, page.total ?? 0);
  return { current: done.profiles, total, message: pageMessage(done.profiles, total, page) };
}

function resultOf({ cursor: _cursor, atEnd: _atEnd, ...result }: Checkpoint): DiscoverResult {
  return result;
}
