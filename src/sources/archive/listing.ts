import type { Post } from '../post.ts';
import { type Page, type PostsRequest, Unreadable } from '../source.ts';
import { type ArchiveFiles, postsPerPage } from './archive_files.ts';
import type { ArchiveContents } from './contents.ts';
import { readEntries } from './entries.ts';
import { megabytes } from './inventory.ts';
import { type FindLongText, toPost } from './tweet.ts';

/** An archive that is open for listing. */
export interface OpenArchive {
  files: ArchiveFiles;
  contents: ArchiveContents;
  findLongText: FindLongText;
}

/** A position in a listing: the index of a tweets file, and of an entry in it. */
interface Position {
  file: number;
  entry: number;
}

interface Start extends Position {
  /** The number of posts of the whole listing. */
  total: number;
}

/**
 * The archive's posts in the order of its files. All files are checked first, so that a damaged archive
 * is refused before its first post is returned. A cursor skips the check.
 */
export async function* listPosts(
  archive: OpenArchive,
  request: PostsRequest,
): AsyncGenerator<Page<Post>> {
  const start = request.cursor
    ? decodeCursor(request.cursor, archive)
    : { file: 0, entry: 0, total: await check(archive, request) };
  const { total } = start;
  const { profile } = archive.contents;
  let items: Post[] = [];
  let after: Position = start;
  for await (const { post, next } of readPosts(archive, request, start)) {
    if (items.length === postsPerPage) {
      yield { items, cursor: encodeCursor({ ...after, total }, archive), total, profile };
      items = [];
    }
    items.push(post);
    after = next;
  }
  yield { items, total, profile };
}

/** Reads all posts once, and counts those that the request includes. */
async function check(archive: OpenArchive, request: PostsRequest): Promise<number> {
  const { files, contents } = archive;
  const totalBytes = bytesOf(archive);
  let count = 0;
  let before = 0;
  for (const file of contents.tweetFiles) {
    for await (const { entries, index, bytes } of readEntries(files, file, request.signal)) {
      for (const [offset, entry] of entries.entries()) {
        if (isWanted(requirePost(archive, entry, file, index + offset), request)) count += 1;
      }
      reportChecked(request, before + bytes, totalBytes);
    }
    before += files.sizes.get(file) ?? 0;
  }
  return count;
}

function reportChecked({ onPreparing }: PostsRequest, bytes: number, totalBytes: number): void {
  const total = megabytes(totalBytes);
  const message = `Checking the archive, ${megabytes(bytes)} of ${total} MB`;
  onPreparing?.(bytes, totalBytes, message);
}

async function* readPosts(
  archive: OpenArchive,
  request: PostsRequest,
  start: Position,
): AsyncGenerator<{ post: Post; next: Position }> {
  for (const [file, name] of archive.contents.tweetFiles.entries()) {
    if (file < start.file) continue;
    const firstEntry = file === start.file ? start.entry : 0;
    for await (const { entries, index } of readEntries(archive.files, name, request.signal)) {
      for (const [offset, entry] of entries.entries()) {
        if (index + offset < firstEntry) continue;
        const post = requirePost(archive, entry, name, index + offset);
        if (isWanted(post, request)) yield { post, next: { file, entry: index + offset + 1 } };
      }
    }
  }
}

function requirePost(archive: OpenArchive, entry: unknown, file: string, index: number): Post {
  const post = toPost(entry, archive.contents.profile, archive.findLongText);
  if (post) return post;
  throw new Unreadable(
    `Entry ${index} of ${file} has no id, date or text. Download the archive from X again.`,
  );
}

function isWanted({ kind }: Post, { includeReplies, includeReposts }: PostsRequest): boolean {
  if (kind === 'reply') return includeReplies;
  return kind === 'post' || includeReposts;
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

function bytesOf({ files, contents }: OpenArchive): number {
  return contents.tweetFiles.reduce((sum, file) => sum + (files.sizes.get(file) ?? 0), 0);
}
