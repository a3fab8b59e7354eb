import type { LeftOut } from '../../sources/source.ts';
import { count, counted } from '../../text/format.ts';
import type { NotePlace } from '../operation.ts';

/** The options that take what was left out: the verb, and their names where the sentence is read. */
const OPTIONS: Record<NotePlace, { verb: string; replies: string; reposts: string; all: string }> =
  {
    page: {
      verb: 'Tick',
      replies: '“Include replies”',
      reposts: '“Include reposts”',
      all: 'Empty “Maximum posts”',
    },
    terminal: { verb: 'Add', replies: '--replies', reposts: '--reposts', all: 'Leave --max out' },
    api: {
      verb: 'Send',
      replies: 'includeReplies=true',
      reposts: 'includeRetweets=true',
      all: 'Leave maxTweets out',
    },
  };

/** The sums of both; undefined when nothing was left out. */
export function addLeftOut(one: LeftOut = {}, other: LeftOut = {}): LeftOut | undefined {
  const sums: LeftOut = { ...one };
  for (const [reason, more] of entriesOf(other)) sums[reason] = (sums[reason] ?? 0) + more;
  const entries = entriesOf(sums).filter(([, sum]) => sum > 0);
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}

function entriesOf(leftOut: LeftOut) {
  return Object.entries(leftOut) as [keyof LeftOut, number][];
}

/** All that was left out: "9 left out"; empty for nothing. */
export function leftOutInShort(result: Record<string, unknown>): string {
  const { missing: _, emptyFiles: _files, ...leftOut } = leftOutOf(result);
  const all = Object.values(leftOut).reduce((sum, number) => sum + number, 0);
  return all > 0 ? `${count(all)} left out` : '';
}

/**
 * What was left out and which option takes it, in sentences: "6 replies were left out. Tick “Include
 * replies” to read them too."
 */
export function leftOutNotes(result: Record<string, unknown>, place: NotePlace): string[] {
  const leftOut = leftOutOf(result);
  const notRead = typeof result.notRead === 'number' ? result.notRead : 0;
  return [
    optional(leftOut, place),
    unwanted(leftOut),
    unreadable(leftOut.unreadable ?? 0, place),
    missing(leftOut.missing ?? 0),
    emptyFiles(leftOut.emptyFiles ?? 0, place),
    beyondMaximum(notRead, place),
  ].filter(Boolean);
}

/** Replies and reposts: the options that read them are named. */
function optional({ replies = 0, reposts = 0 }: LeftOut, place: NotePlace): string {
  const names = OPTIONS[place];
  const kinds: [what: string, option: string][] = [];
  if (replies > 0) kinds.push([counted(replies, 'reply', 'replies'), names.replies]);
  if (reposts > 0) kinds.push([counted(reposts, 'repost'), names.reposts]);
  if (kinds.length === 0) return '';
  const what = kinds.map(([kind]) => kind).join(' and ');
  const options = kinds.map(([, option]) => option).join(' and ');
  const [were, them] = replies + reposts === 1 ? ['was', 'it'] : ['were', 'them'];
  return `${what} ${were} left out. ${names.verb} ${options} to read ${them} too.`;
}

function beyondMaximum(notRead: number, place: NotePlace): string {
  if (notRead === 0) return '';
  const posts = counted(notRead, 'more post was', 'more posts were');
  return `The maximum was reached: ${posts} not read. ${OPTIONS[place].all} to read all.`;
}

function unwanted({ foreign = 0, promoted = 0 }: LeftOut): string {
  const kinds = [
    foreign > 0 && counted(foreign, 'post of another account', 'posts of other accounts'),
    promoted > 0 && counted(promoted, 'advertisement'),
  ].filter(Boolean);
  if (kinds.length === 0) return '';
  return `${kinds.join(' and ')} ${foreign + promoted === 1 ? 'was' : 'were'} left out.`;
}

function unreadable(entries: number, place: NotePlace): string {
  if (entries === 0) return '';
  return `${counted(entries, 'entry', 'entries')} could not be read. ${whichOnes(place)}`;
}

/** Whether the count or the file is wrong cannot be told. */
function missing(posts: number): string {
  if (posts === 0) return '';
  return `The archive’s manifest counts ${counted(posts, 'post')} more than its files have. If posts are missing, download it again from X.`;
}

function emptyFiles(files: number, place: NotePlace): string {
  if (files === 0) return '';
  return `${counted(files, 'empty file was', 'empty files were')} passed over. ${whichOnes(place)}`;
}

function whichOnes(place: NotePlace): string {
  return place === 'terminal' ? 'xgpt jobs show ID --log says which.' : 'The log says which.';
}

/** A result may come from a program of another version. */
function leftOutOf({ leftOut }: Record<string, unknown>): LeftOut {
  if (typeof leftOut !== 'object' || leftOut === null) return {};
  const counts = Object.entries(leftOut).filter(([, number]) => typeof number === 'number');
  return Object.fromEntries(counts);
}
