import type { PostLink } from '../post.ts';
import { Unreadable } from '../source.ts';
import type { ArchiveFiles } from './archive_files.ts';
import { readEntries } from './entries.ts';
import { dateOf, fieldsOf, listOf, textOf } from './fields.ts';
import { megabytes } from './inventory.ts';
import { decode } from './text.ts';
import type { FindLongText, LongText } from './whole_text.ts';

/** A text without "…" must be at least this long to match: a shorter one may be another post. */
const minMatchLength = 60;

/** X stamps the long text when it arrives, and its post up to so many seconds later. */
const maxDelaySeconds = 2;

/** Notes that could not be read are reported up to this number. */
const maxProblems = 20;

export interface LongTexts {
  find: FindLongText;
  /** What could not be read: "entry 1 of data/note-tweet.js could not be read: it has no text". */
  problems: string[];
}

/**
 * Reads the long posts. Their ids match no post, so they are found by the time of their creation and by
 * the beginning of their text.
 * @throws Unreadable when they exceed `maxBytes`, or their file is damaged.
 */
export async function readNotes(
  archive: ArchiveFiles,
  files: string[],
  { maxBytes, signal }: { maxBytes: number; signal: AbortSignal },
): Promise<LongTexts> {
  requireSize(archive, files, maxBytes);
  const notes = new Map<number, LongText[]>();
  const problems: string[] = [];
  for (const file of files) {
    for await (const { entries, index } of readEntries(archive, file, signal)) {
      for (const [offset, entry] of entries.entries()) {
        const problem = addNote(notes, entry);
        if (!problem || problems.length >= maxProblems) continue;
        problems.push(`entry ${index + offset} of ${file} could not be read: ${problem}`);
      }
    }
  }
  return { find: (createdAt, text) => findNote(notes, createdAt, text), problems };
}

function requireSize(archive: ArchiveFiles, files: string[], maxBytes: number): void {
  const bytes = files.reduce((sum, file) => sum + (archive.sizes.get(file) ?? 0), 0);
  if (bytes <= maxBytes) return;
  throw new Unreadable(
    `The archive is too large: its long posts take ${megabytes(bytes)} MB, more than the limit ` +
      `of ${megabytes(maxBytes)} MB. Download the archive from X again.`,
  );
}

/** @returns what is wrong with the entry, if anything is. */
function addNote(notes: Map<number, LongText[]>, entry: unknown): string | undefined {
  const { createdAt, core } = fieldsOf(fieldsOf(entry).noteTweet);
  const { text, urls } = fieldsOf(core);
  const date = dateOf(createdAt);
  if (!date) return 'it has no date';
  if (typeof text !== 'string') return 'it has no text';
  const links: PostLink[] = listOf(urls).map(({ shortUrl, expandedUrl }) => ({
    text: textOf(shortUrl) ?? '',
    url: textOf(expandedUrl) ?? '',
  }));
  const second = secondOf(date);
  const sameSecond = notes.get(second) ?? [];
  sameSecond.push({ text: decode(text), links });
  notes.set(second, sameSecond);
  return undefined;
}

function findNote(
  notes: Map<number, LongText[]>,
  createdAt: Date,
  cutText: string,
): LongText | undefined {
  for (let delay = 0; delay <= maxDelaySeconds; delay += 1) {
    const sameSecond = notes.get(secondOf(createdAt) - delay);
    const note = sameSecond?.find(({ text }) => isBeginning(cutText, text));
    if (note) return { ...note, text: missingMentions(cutText, note.text) + note.text };
  }
  return undefined;
}

function secondOf(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}

function isBeginning(cutText: string, longText: string): boolean {
  const cut = comparable(cutText);
  const beginning = cut.replace(/…$/, '').trimEnd();
  const isDistinct = beginning !== cut || beginning.length >= minMatchLength;
  return isDistinct && beginning !== '' && comparable(longText).startsWith(beginning);
}

/** The mentions at the beginning of a reply, which its long form lacks, or some of them. */
function missingMentions(cutText: string, longText: string): string {
  const mentions = (/^\s*((?:@\w+\s+)*)/.exec(cutText)?.[1] ?? '').split(/(?<=\s)(?=@)/);
  const start = mentions.findIndex((_, index) => {
    const rest = mentions.slice(index).join('').trim();
    return longText.trimStart().startsWith(rest);
  });
  return start < 0 ? mentions.join('') : mentions.slice(0, start).join('');
}

/** Removes what differs between a post and its long form: links, leading mentions and spaces. */
function comparable(text: string): string {
  return text
    .replace(/https:\/\/t\.co\/\w+/g, '')
    .replace(/^\s*(@\w+\s+)*/, '')
    .replace(/\s+/g, ' ')
    .trim()
    .normalize('NFC');
}
