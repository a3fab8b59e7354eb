import { counted } from '../../text/format.ts';
import type { PostKind } from '../post.ts';
import { type PostsRequest, Unreadable } from '../source.ts';
import type { ArchiveContents, ArchiveFiles } from './archive_files.ts';
import { Edits } from './edits.ts';
import { readEntries } from './entries.ts';
import { megabytes } from './inventory.ts';
import { PostIndex } from './post_index.ts';
import { readTweet, type Tweet } from './tweet.ts';
import { type FindLongText, wholeText } from './whole_text.ts';

/** An archive that is open for listing. */
export interface OpenArchive {
  files: ArchiveFiles;
  contents: ArchiveContents;
  findLongText: FindLongText;
}

/** What one reading of the whole archive shows, and single entries do not. */
export interface Survey {
  /** How many posts there are of each kind; of an edited post, the newest version counts. */
  counts: Record<PostKind, number>;
  /** Entries that the manifest states and the files do not have. */
  missing: number;
  /**
   * When the archive was made: its `generationDate`. Without one, or with one in the future, the time of
   * its newest file, if that is neither before its newest post nor in the future; otherwise the time of
   * that post.
   */
  asOf?: Date;
  threads: PostIndex;
  edits: Edits;
  /** The owner of the archive, to tell replies to himself. */
  owner: Owner;
}

interface Owner {
  id: string;
  username: string;
}

/**
 * Reads all posts once: a damaged archive is refused before its first post is returned, and threads and
 * edits are known whatever the order of the posts.
 * @param progress a word for what happens: "Checking".
 * @throws Unreadable
 */
export async function surveyArchive(
  archive: OpenArchive,
  request: PostsRequest,
  progress: string,
): Promise<Survey> {
  const { id, username } = archive.contents.profile;
  const survey = {
    counts: { post: 0, reply: 0, repost: 0 },
    missing: 0,
    threads: new PostIndex(),
    edits: new Edits(),
    owner: { id, username: username.toLowerCase() },
  };
  const textOf = (tweet: Tweet) => wholeText(tweet, archive.findLongText).text;
  const entries = new EntryCount(archive.contents.stated);
  let newest = 0;
  for await (const tweets of readTweets(archive, request, progress, entries)) {
    for (const tweet of tweets) {
      addToThreads(survey.threads, tweet, survey.owner);
      survey.edits.add(tweet, textOf);
      newest = Math.max(newest, tweet.createdAt.getTime());
      countFirst(survey, tweet);
    }
  }
  entries.requireReadable();
  survey.missing = entries.missing();
  await readVersions(archive, request, survey, textOf);
  countRest(survey);
  return { ...survey, asOf: madeAt(archive, newest) };
}

async function* readTweets(
  { files, contents }: OpenArchive,
  { signal, onPreparing }: PostsRequest,
  progress: string,
  count?: EntryCount,
): AsyncGenerator<Tweet[]> {
  const totalBytes = bytesOf({ files, contents });
  const total = megabytes(totalBytes);
  let before = 0;
  for (const file of contents.postFiles) {
    for await (const { entries, bytes } of readEntries(files, file, signal)) {
      const read = entries.map(readTweet);
      count?.add(file, read);
      yield read.filter((tweet) => typeof tweet !== 'string');
      const done = before + bytes;
      onPreparing?.(done, totalBytes, `${progress}, ${megabytes(done)} of ${total} MB`);
    }
    before += files.sizes.get(file) ?? 0;
  }
}

/** Counts the entries of each file, to compare them with the manifest. */
class EntryCount {
  readonly #found = new Map<string, number>();
  #readable = 0;
  #unreadable = 0;
  #reason = '';

  constructor(private readonly stated: Map<string, number>) {}

  /** @param read the entries as posts, or why they are none. */
  add(file: string, read: (Tweet | string)[]): void {
    this.#found.set(file, (this.#found.get(file) ?? 0) + read.length);
    for (const tweet of read) {
      if (typeof tweet !== 'string') this.#readable += 1;
      else if (this.#unreadable++ === 0) this.#reason = `${tweet} (${file})`;
    }
  }

  /** @throws Unreadable when there are entries, and none is a post. */
  requireReadable(): void {
    if (this.#readable > 0 || this.#unreadable === 0) return;
    const entries = counted(this.#unreadable, 'entry', 'entries');
    throw new Unreadable(
      `None of the ${entries} could be read as a post. The first: ${this.#reason}. ` +
        'Use the archive as X has made it.',
    );
  }

  missing(): number {
    const files = [...this.stated].map(([file, stated]) => stated - (this.#found.get(file) ?? 0));
    return files.reduce((sum, missing) => sum + Math.max(0, missing), 0);
  }
}

/** The size of all files with posts, in bytes. */
export function bytesOf({ files, contents }: Pick<OpenArchive, 'files' | 'contents'>): number {
  return contents.postFiles.reduce((sum, file) => sum + (files.sizes.get(file) ?? 0), 0);
}

function addToThreads(threads: PostIndex, tweet: Tweet, owner: Owner): void {
  const { id, isRepost, replyTo } = tweet;
  if (isRepost) threads.addOther(id);
  else if (!replyTo) threads.addRoot(id);
  else if (isToOwner(replyTo, owner)) threads.addOwnReply(id, replyTo.id);
  else threads.addOther(id);
}

function isToOwner({ userId, username }: NonNullable<Tweet['replyTo']>, owner: Owner): boolean {
  return userId ? userId === owner.id : username?.toLowerCase() === owner.username;
}

/**
 * The author's own thread is not a reply: a reply to oneself is a post, unless the thread goes back to a
 * reply to somebody else.
 */
export function kindOf({ id, isRepost, replyTo }: Tweet, survey: Omit<Survey, 'asOf'>): PostKind {
  if (isRepost) return 'repost';
  if (!replyTo) return 'post';
  if (!isToOwner(replyTo, survey.owner)) return 'reply';
  return survey.threads.threadOf(id).kind === 'foreign' ? 'reply' : 'post';
}

/** A reply to oneself counts as a post until all are read. */
function countFirst({ counts, owner }: Omit<Survey, 'asOf'>, tweet: Tweet): void {
  const { isRepost, replyTo } = tweet;
  if (isRepost) counts.repost += 1;
  else if (replyTo && !isToOwner(replyTo, owner)) counts.reply += 1;
  else counts.post += 1;
}

function countRest(survey: Omit<Survey, 'asOf'>): void {
  const { counts, threads, edits } = survey;
  const toOthers = threads.close();
  counts.post -= toOthers;
  counts.reply += toOthers;
  for (const tweet of edits.replaced()) counts[kindOf(tweet, survey)] -= 1;
}

/** Reads the first versions that did not say that they were edited: once more, as few archives have any. */
async function readVersions(
  archive: OpenArchive,
  request: PostsRequest,
  { edits, threads }: Omit<Survey, 'asOf'>,
  textOf: (tweet: Tweet) => string,
): Promise<void> {
  const isInArchive = (id: string) => threads.has(id);
  edits.finish(isInArchive);
  const unread = edits.unread(isInArchive);
  if (unread.size === 0) return;
  for await (const tweets of readTweets(archive, request, 'Reading edits')) {
    for (const tweet of tweets) if (unread.has(tweet.id)) edits.add(tweet, textOf);
  }
}

function madeAt({ files, contents }: OpenArchive, newest: number): Date | undefined {
  const { generatedAt } = contents;
  if (generatedAt && generatedAt.getTime() <= Date.now()) return generatedAt;
  const modified = files.modifiedAt?.getTime() ?? 0;
  const isSensible = modified >= newest && modified > 0 && modified <= Date.now();
  if (isSensible) return new Date(modified);
  return newest > 0 ? new Date(newest) : undefined;
}
