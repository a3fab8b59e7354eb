import type { PostPage, ProfilePage } from '../library/library.ts';
import type { Post, QuotedPost } from '../sources/post.ts';
import { count, counted, exact } from './format.ts';
import { placeName, understoodText, unrankedText, whyFound } from './found_text.ts';
import { isolated } from './isolated.ts';
import { markedLines } from './marked_lines.ts';
import { printable } from './printable.ts';
import { table } from './table.ts';

/**
 * Posts one below the other, each text indented; of a long one that was found, the part that says it best.
 * @param isBold whether what was found is in bold type, which only terminals understand.
 */
export function postsText(posts: ShownPost[], isBold = false): string {
  if (posts.length === 0) return 'No posts found.\n';
  return posts.map((post) => postText(post, isBold)).join('\n');
}

type ShownPost = Post & Parameters<typeof placeName>[1] & Parameters<typeof markedLines>[0];

function postText(post: ShownPost, isBold: boolean): string {
  const {
    author,
    authorName,
    createdAt,
    edits = [],
    limited,
    quote,
    similarity,
    url,
    source,
  } = post;
  const head = [
    `@${printable(author)}`,
    printable(authorName),
    exact(createdAt),
    markOf(post),
    source,
    limited && `limited: ${printable(limited)}`,
    edits.length > 0 && `edited, ${counted(edits.length, 'earlier version')}`,
    whyFound(post) || (similarity !== undefined && `similarity ${similarity.toFixed(2)}`),
  ];
  const lines = [head.filter(Boolean).join('  '), ...markedLines(post, isBold).map(behind)];
  if (quote) lines.push(...quoteLines(quote));
  for (const place of post.places ?? []) {
    const [first, ...others] = markedLines(place, isBold);
    lines.push(...[`In ${placeName(place, post)}: ${first}`, ...others].map(behind));
  }
  if (url) lines.push(indented(url));
  return lines.map((line) => `${line.trimEnd()}\n`).join('');
}

function quoteLines({ author, text, url }: QuotedPost): string[] {
  const said = [author && `@${author}:`, text ?? url].filter(Boolean).join(' ');
  return said.split('\n').map((line) => indented(`> ${line}`));
}

function markOf({ kind, inReplyToAuthor }: Post): string {
  if (kind !== 'reply') return kind === 'repost' ? 'repost' : '';
  return inReplyToAuthor === undefined ? 'reply' : `reply to @${printable(inReplyToAuthor)}`;
}

const behind = (line: string) => `  ${line}`;

const indented = (line: string) => behind(printable(line));

const PROFILE_HEAD = ['USERNAME', 'FOLLOWERS', 'SAVED POSTS', 'SOURCE', 'BIO'];

/**
 * Profiles as a table; the bio, which may be long, is last.
 * @param columns of the terminal; false for any width.
 */
export function profileTable(
  profiles: ProfilePage['profiles'],
  columns: number | false = false,
): string {
  if (profiles.length === 0) return 'No profiles found.\n';
  const rows = profiles.map(({ username, followers, postsHeld, source, bio }) => [
    printable(username),
    followers === undefined ? '' : count(followers),
    count(postsHeld),
    source,
    printable(bio),
  ]);
  return `${table(PROFILE_HEAD, rows, columns)}\n`;
}

/** Notes on a search, one line each. */
export function noteLines(notes: readonly string[] = []): string {
  return notes.map((note) => `Note: ${note}\n`).join('');
}

/** What was understood, and what limits the answer, for people who read plain text. */
export function aboutFound(found: Parameters<typeof unrankedText>[0] & About): string[] {
  return [
    ...(found.understood === '' ? [] : [printable(understoodText(found))]),
    ...aboutAnswer(found),
    ...(found.unranked === undefined ? [] : [unrankedText(found)]),
  ];
}

/** What limits an answer, for people who read plain text. */
export function aboutAnswer({ didYouMean, notes = [] }: About): string[] {
  return [
    ...(didYouMean === undefined ? [] : [printable(suggestionText(didYouMean))]),
    ...notes.map((note) => `Note: ${printable(note)}`),
  ];
}

export const suggestionText = (didYouMean: string) => `Did you mean: ${isolated(didYouMean)}`;

interface About {
  didYouMean?: string;
  notes?: string[];
}

/** How to get the next page, if there is one. */
export function moreText({ nextCursor }: Pick<PostPage, 'nextCursor'>): string {
  return nextCursor ? `More results: add &cursor=${encodeURIComponent(nextCursor)}\n` : '';
}
