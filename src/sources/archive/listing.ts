import type { Post } from '../post.ts';
import {
  type LeftOut,
  type LeftOutReason,
  type Page,
  type PostsRequest,
  Unreadable,
} from '../source.ts';
import { postsPerPage } from './archive_files.ts';
import { readEntries } from './entries.ts';
import { bytesOf, type OpenArchive, type Survey, surveyArchive } from './survey.ts';
import { toPost } from './to_post.ts';
import { readTweet } from './tweet.ts';

/** A page that is not full ends here, so that a long run of replies does not stand still. */
const MAX_LEFT_OUT = 5000;
/** Of a page, so that a file of other contents does not fill the log. */
const MAX_NOTES = 20;

/** A position in a listing: the index of a tweets file, and of an entry in it. */
interface Position {
  file: number;
  entry: number;
}

interface Start extends Position {
  /** The number of posts of the whole listing. */
  total: number;
}

/** An entry that was read: a post, or why it is left out. */
interface Read {
  post?: Post;
  leftOut?: LeftOutReason;
  note?: string;
  /** The position after it. */
  next: Position;
}

/**
 * The archive's posts in the order of its files. All files are read first, so that a damaged archive is
 * refused before its first post is returned; a resumed listing reads them again, for threads and edits.
 * Each page says what was left out between its posts and the previous page's.
 */
export async function* listPosts(
  archive: OpenArchive,
  request: PostsRequest,
): AsyncGenerator<Page<Post>> {
  const from = request.cursor ? decodeCursor(request.cursor, archive) : undefined;
  const action = from ? 'Reading the archive again' : 'Checking the archive';
  const survey = await surveyArchive(archive, request, action);
  const total = from?.total ?? countWanted(survey, request);
  const profile = { ...archive.contents.profile, ...(survey.asOf && { asOf: survey.asOf }) };
  const page = new PageBuilder();
  if (!from) page.begin(archive.contents, survey);
  let after: Position = from ?? { file: 0, entry: 0 };
  for await (const batch of readPosts(archive, request, survey, after)) {
    for (const read of batch) {
      if (page.isFullBefore(read)) {
        const cursor = encodeCursor({ ...after, total }, archive);
        yield { ...page.take(), cursor, total, profile };
        request.signal.throwIfAborted();
      }
      page.add(read);
      after = read.next;
    }
  }
  yield { ...page.take(), total, profile };
}

function countWanted({ counts }: Survey, { includeReplies, includeReposts }: PostsRequest): number {
  return counts.post + (includeReplies ? counts.reply : 0) + (includeReposts ? counts.repost : 0);
}

class PageBuilder {
  #items: Post[] = [];
  #leftOut: LeftOut = {};
  #leftOutCount = 0;
  #notes: string[] = [];
  #unreported = 0;

  /** What is left out after the last post of a page belongs to that page. */
  isFullBefore({ post }: Read): boolean {
    return (
      (post !== undefined && this.#items.length === postsPerPage) ||
      this.#leftOutCount >= MAX_LEFT_OUT
    );
  }

  add({ post, leftOut, note }: Read): void {
    if (post) this.#items.push(post);
    if (leftOut) {
      this.#leftOut[leftOut] = (this.#leftOut[leftOut] ?? 0) + 1;
      this.#leftOutCount += 1;
    }
    if (note) this.note([note]);
  }

  /** What is left out of the whole archive belongs to its first page. */
  begin({ notes, emptyFiles }: OpenArchive['contents'], { missing }: Survey): void {
    if (missing > 0) this.#leftOut.missing = missing;
    if (emptyFiles.length > 0) this.#leftOut.emptyFiles = emptyFiles.length;
    this.note(emptyFiles.map((name) => `${name} is empty (0 bytes) and was passed over`));
    this.note(notes);
  }

  note(notes: string[]): void {
    for (const note of notes) {
      if (this.#notes.length < MAX_NOTES) this.#notes.push(note);
      else this.#unreported += 1;
    }
  }

  take(): Pick<Page<Post>, 'items' | 'leftOut' | 'notes'> {
    const notes = [...this.#notes];
    if (this.#unreported > 0) notes.push(`and ${this.#unreported} more like these`);
    const page = {
      items: this.#items,
      ...(Object.keys(this.#leftOut).length > 0 && { leftOut: this.#leftOut }),
      ...(notes.length > 0 && { notes }),
    };
    this.#items = [];
    this.#leftOut = {};
    this.#leftOutCount = 0;
    this.#notes = [];
    this.#unreported = 0;
    return page;
  }
}

async function* readPosts(
  archive: OpenArchive,
  request: PostsRequest,
  survey: Survey,
  start: Position,
): AsyncGenerator<Read[]> {
  const read = reader(archive, request, survey);
  for (const [file, name] of archive.contents.postFiles.entries()) {
    if (file < start.file) continue;
    const firstEntry = file === start.file ? start.entry : 0;
    for await (const { entries, index } of readEntries(archive.files, name, request.signal)) {
      const skipped = Math.max(0, firstEntry - index);
      yield entries.slice(skipped).map((entry, offset) => {
        const position = index + skipped + offset;
        const next = { file, entry: position + 1 };
        return { ...read(entry, `entry ${position} of ${name}`), next };
      });
    }
  }
}

/** A replaced version of an edited post is neither a post nor left out: its newest version has it. */
function reader({ contents, findLongText }: OpenArchive, request: PostsRequest, survey: Survey) {
  const surroundings = { author: contents.profile, findLongText, survey };
  return (entry: unknown, place: string): Omit<Read, 'next'> => {
    const tweet = readTweet(entry);
    if (typeof tweet === 'string') {
      return { leftOut: 'unreadable', note: `${place} could not be read: ${tweet}` };
    }
    if (survey.edits.isReplaced(tweet.id)) return {};
    const post = toPost(tweet, surroundings);
    if (post.kind === 'reply' && !request.includeReplies) return { leftOut: 'replies' };
    if (post.kind === 'repost' && !request.includeReposts) return { leftOut: 'reposts' };
    return { post };
  };
}

/** The size detects an archive that was replaced by another of the same name. */
function encodeCursor({ file, entry, total }: Start, archive: OpenArchive): string {
  return [file, entry, total, bytesOf(archive)].join('.');
}

function decodeCursor(cursor: string, archive: OpenArchive): Start {
  if (!/^\d+\.\d+\.\d+\.\d+$/.test(cursor)) {
    throw new Unreadable('The import cannot resume from this cursor. Start it again.');
  }
  const [file = 0, entry = 0, total = 0, bytes = 0] = cursor.split('.').map(Number);
  if (bytes === bytesOf(archive)) return { file, entry, total };
  throw new Unreadable('The archive has changed since its import started. Start the import again.');
}
