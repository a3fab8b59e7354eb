import { z } from 'zod';
import { Unreadable } from '../source.ts';
import type { ArchiveFiles } from './archive_files.ts';
import { readEntries } from './entries.ts';
import { megabytes } from './inventory.ts';
import { decode } from './text.ts';
import type { FindLongText, LongText } from './tweet.ts';

const optionalText = z.string().optional().catch(undefined);

const noteSchema = z.object({
  noteTweet: z.object({
    createdAt: z.string(),
    core: z.object({
      text: z.string(),
      urls: z
        .array(z.object({ shortUrl: optionalText, expandedUrl: optionalText }).catch({}))
        .catch([]),
    }),
  }),
});

/** A text without "…" must be at least this long to match: a shorter one may be another post. */
const minMatchLength = 60;

/**
 * Reads the long posts. Their ids match no post, so they are found by the second of their creation and
 * by the beginning of their text.
 * @throws Unreadable when they exceed `maxBytes`, or one has no date or text.
 */
export async function readNotes(
  archive: ArchiveFiles,
  files: string[],
  { maxBytes, signal }: { maxBytes: number; signal: AbortSignal },
): Promise<FindLongText> {
  requireSize(archive, files, maxBytes);
  const notes = new Map<number, LongText[]>();
  for (const file of files) {
    for await (const { entries, index } of readEntries(archive, file, signal)) {
      for (const [offset, entry] of entries.entries()) addNote(notes, entry, file, index + offset);
    }
  }
  return (createdAt, text) =>
    notes.get(secondOf(createdAt))?.find((note) => isBeginning(text, note.text));
}

function requireSize(archive: ArchiveFiles, files: string[], maxBytes: number): void {
  const bytes = files.reduce((sum, file) => sum + (archive.sizes.get(file) ?? 0), 0);
  if (bytes <= maxBytes) return;
  throw new Unreadable(
    `The archive is too large: its long posts take ${megabytes(bytes)} MB, more than the limit ` +
      `of ${megabytes(maxBytes)} MB. Remove data/note-tweet.js to import it without them.`,
  );
}

function addNote(notes: Map<number, LongText[]>, entry: unknown, file: string, index: number) {
  const note = noteSchema.safeParse(entry).data?.noteTweet;
  const second = secondOf(new Date(note?.createdAt ?? Number.NaN));
  if (!note || Number.isNaN(second)) {
    throw new Unreadable(
      `Entry ${index} of ${file} has no date or text. Download the archive from X again.`,
    );
  }
  const links = note.core.urls.map(({ shortUrl = '', expandedUrl = '' }) => ({
    text: shortUrl,
    url: expandedUrl,
  }));
  const sameSecond = notes.get(second) ?? [];
  sameSecond.push({ text: decode(note.core.text), links });
  notes.set(second, sameSecond);
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

/** Removes what differs between a post and its long form: links, leading mentions and spaces. */
function comparable(text: string): string {
  return text
    .replace(/https:\/\/t\.co\/\w+/g, '')
    .replace(/^\s*(@\w+\s+)*/, '')
    .replace(/\s+/g, ' ')
    .trim()
    .normalize('NFC');
}
