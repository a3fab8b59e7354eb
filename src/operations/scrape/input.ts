import { z } from 'zod';
import type { LeftOut } from '../../sources/source.ts';
import { mismatch, readUsername } from '../../text/usernames.ts';
import {
  optionalMaximum,
  optionalSource,
  optionalText,
  optionalUsername,
  sourceOf,
  tick,
} from '../fields.ts';
import type { InputDeps, JobTypeOf } from '../job_type.ts';
import { ALL } from '../sentences.ts';
import { DEFAULT_POSTS, MAX_POSTS } from './sentence.ts';

const ARCHIVE_HAS_NO_ORDER =
  'An archive has no order, so all of it is read. Posts that are stored already are not stored twice.';

const NO_HANDLE =
  'Username must be the handle of the export’s account, such as ada.bsky.social, or empty.';

export interface ScrapeResult {
  username?: string;
  posts: number;
  /** Those that the library did not have before. */
  newPosts: number;
  /** What was read and is not among the posts: how many, by reason. Absent for nothing. */
  leftOut?: LeftOut;
  /** Posts of an archive beyond the maximum. Absent for none. */
  notRead?: number;
  /**
   * With `onlyNew`: no earlier run has read this author with the same choice of replies and reposts, so
   * everything was read down to the maximum. Absent otherwise.
   */
  firstRun?: true;
  /** With `onlyNew`: the maximum was reached before the posts of the last run. Absent otherwise. */
  moreNew?: true;
  /** What the service has charged, in US dollars; absent when it was free. */
  cost?: number;
}

declare module '../../jobs/job.ts' {
  interface JobTypes {
    /** Reads one author's posts, or an archive's, into the library. */
    scrape: JobTypeOf<typeof scrapeInput, ScrapeResult>;
  }
}

export default function scrapeInput({ sources }: InputDeps) {
  return fields([...sources.keys()])
    .superRefine((input, context) => {
      const refuse = (field: string, message: string) =>
        context.addIssue({ code: 'custom', path: [field], message });
      if (input.source === 'archive') {
        if (input.onlyNew) refuse('onlyNew', ARCHIVE_HAS_NO_ORDER);
        if (!input.archive) refuse('archive', 'Choose an archive, or upload one first.');
        if (isExport(input.archive) && !isHandle(input.username)) refuse('username', NO_HANDLE);
      } else if (!input.username) {
        refuse('username', 'Username is missing. Type one, for example aurora_lab.');
      } else if (input.source !== undefined) {
        const label = sources.get(input.source)?.label ?? input.source;
        const wrong = mismatch(input.username, input.source, label);
        if (wrong) refuse('username', wrong);
      }
    })
    .transform((given): Complete => {
      const { maxTweets, ...input } = completed(given, [...sources.keys()]);
      if (input.source === 'archive') {
        return { ...input, maxTweets: maxTweets === ALL ? undefined : maxTweets };
      }
      // The form sends its archive field whichever source was chosen.
      const { archive: _, ...rest } = input;
      return { ...rest, maxTweets: maxTweets === ALL ? MAX_POSTS : (maxTweets ?? DEFAULT_POSTS) };
    });
}

const isExport = (archive = '') => /\.car$/i.test(archive);

function isHandle(typed = ''): boolean {
  const read = readUsername(typed);
  return typed === '' || ('username' in read && read.source === 'bluesky');
}

type Given = z.output<ReturnType<typeof fields>>;
type Complete = Omit<Given, 'source' | 'maxTweets'> & { source: string; maxTweets?: number };

/** With the name out of what was typed or pasted, and with the source that it tells. */
function completed(input: Given, sources: string[]): Given & { source: string } {
  const source = sourceOf(input.source, input.username, sources);
  const read = readUsername(input.username ?? '');
  return { ...input, username: 'username' in read ? read.username : undefined, source };
}

function fields(sources: string[]) {
  return z.object({
    /** Absent only for an archive, which contains its author's name. */
    username: optionalUsername({
      label: 'Username',
      help: 'A name, with or without @, or the address of a profile on X or Bluesky.',
      description: 'Optional only for the source `archive`.',
      placeholder: 'aurora_lab',
    }),
    /** Absent: 100, or everything in an archive. */
    maxTweets: optionalMaximum({
      label: 'Maximum posts',
      name: 'Posts',
      description: `Default: ${DEFAULT_POSTS}, or everything in an archive. \`all\`: everything in an archive, elsewhere ${MAX_POSTS.toLocaleString('en')}.`,
      min: 1,
      max: MAX_POSTS,
      initial: DEFAULT_POSTS,
      initialBySource: { archive: '' },
    }),
    includeReplies: tick({ label: 'Include replies', default: false }),
    includeRetweets: tick({
      label: 'Include reposts',
      default: false,
    }),
    onlyNew: tick({
      label: 'Only what is new',
      help: 'Stops at the posts of the last run. The maximum then counts new posts.',
      description: 'Stop at the posts of the last run; `maxTweets` then counts new posts.',
      default: false,
    }),
    source: optionalSource(sources),
    /** The name of an import, when the source is `archive`. */
    archive: optionalText({
      label: 'Archive',
      description: 'The name of an import; for the source `archive`.',
      maxLength: 255,
    }),
  });
}
