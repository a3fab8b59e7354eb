import { count, counted } from '../../../text/format.ts';
import type { Post, Profile } from '../../post.ts';
import { type LeftOut, type Page, type PostsRequest, Unreadable } from '../../source.ts';
import { addressOf } from './addresses.ts';
import { type BlockReader, decodeRecord } from './block_reader.ts';
import { type Kinds, kindAt } from './kinds.ts';
import { postsPerPage } from './limits.ts';
import { originalsOf } from './originals.ts';
import { type Account, kindOf, toPost } from './record_post.ts';
import type { Item, Repository } from './repository.ts';

/** An export that has been checked from end to end. */
export interface CheckedExport {
  reader: BlockReader;
  repository: Repository;
  kinds: Kinds;
  profile: Profile;
  /** The labels of the profile. */
  labels: unknown;
}

/** A part of the items: those of a page, and those between them that are left out. */
interface Slice {
  wanted: Item[];
  leftOut: LeftOut;
  unreadable: Item[];
  /** The index of the first item after it. */
  end: number;
}

const MAX_NOTES = 20;

/** The posts of an export, newest first. */
export async function* listExport(
  checked: CheckedExport,
  request: PostsRequest,
): AsyncGenerator<Page<Post>> {
  const { repository, profile } = checked;
  const { items } = repository;
  const total = countWanted(checked, request);
  let start = request.cursor ? decodeCursor(request.cursor, repository) : 0;
  do {
    request.signal.throwIfAborted();
    const slice = sliceFrom(start, checked, request);
    const page = await readPage(slice, checked);
    const notes = start === 0 ? [...notesOf(checked), ...page.notes] : page.notes;
    const cursor = slice.end < items.length ? { cursor: encodeCursor(slice.end, repository) } : {};
    yield { items: page.posts, total, profile, leftOut: slice.leftOut, notes, ...cursor };
    start = slice.end;
  } while (start < items.length);
}

function countWanted({ kinds }: CheckedExport, request: PostsRequest): number {
  let wanted = 0;
  for (let item = 0; item < kinds.length; item += 1) {
    if (!reasonToLeaveOut(kindAt(kinds, item), request)) wanted += 1;
  }
  return wanted;
}

function reasonToLeaveOut(
  kind: ReturnType<typeof kindAt>,
  { includeReplies, includeReposts }: PostsRequest,
): keyof LeftOut | undefined {
  if (kind === 'unreadable') return 'unreadable';
  if (kind === 'reply' && !includeReplies) return 'replies';
  return kind === 'repost' && !includeReposts ? 'reposts' : undefined;
}

/** As many items as have the posts of a page. The last page takes the rest, which is all left out. */
function sliceFrom(start: number, checked: CheckedExport, request: PostsRequest): Slice {
  const { items } = checked.repository;
  const slice: Slice = { wanted: [], leftOut: {}, unreadable: [], end: start };
  for (; slice.end < items.length; slice.end += 1) {
    const item = items[slice.end] as Item;
    const reason = reasonToLeaveOut(kindAt(checked.kinds, slice.end), request);
    if (reason) slice.leftOut[reason] = (slice.leftOut[reason] ?? 0) + 1;
    else if (slice.wanted.length === postsPerPage) break;
    else slice.wanted.push(item);
    if (reason === 'unreadable' && slice.unreadable.length < MAX_NOTES) slice.unreadable.push(item);
  }
  return slice;
}

async function readPage({ wanted, unreadable, leftOut }: Slice, checked: CheckedExport) {
  const { repository, profile, labels } = checked;
  const { did, asOf } = repository;
  const { username, name } = profile;
  const items = [...wanted, ...unreadable];
  let records = await readRecords(items, checked);
  const originals = originalsOf(wanted, records, repository);
  // Records are valid until the next are read.
  if (originals.size > 0) records = await readRecords([...items, ...originals.values()], checked);
  const account: Account = { did, username, name, labels, asOf };
  const original = (address: string) => {
    const item = originals.get(address);
    const isReadable = item && typeof kindOf(records.get(item), item, did) === 'string';
    return isReadable ? toPost(records.get(item), item, account) : undefined;
  };
  const notes = unreadable.map((item) => unreadableNote(records.get(item), item, did));
  const more = (leftOut.unreadable ?? 0) - unreadable.length;
  if (more > 0) notes.push(`${counted(more, 'more record')} could not be read.`);
  const posts = wanted.map((item) => toPost(records.get(item), item, { ...account, original }));
  return { posts, notes };
}

async function readRecords(items: Item[], { reader }: CheckedExport): Promise<Map<Item, unknown>> {
  const contents = await reader.read(items.map(({ block }) => block));
  return new Map(items.map((item) => [item, decodeRecord(contents.get(item.block))]));
}

function unreadableNote(record: unknown, item: Item, did: string): string {
  const kind = kindOf(record, item, did);
  const reason = typeof kind === 'string' ? '' : `: ${kind.unreadable}`;
  return `${addressOf(did, item)} could not be read${reason}.`;
}

/** What the export has besides posts: "1,204 app.bsky.feed.like". */
function notesOf({ repository: { others } }: CheckedExport): string[] {
  if (others.size === 0) return [];
  const kinds = [...others].sort(([, a], [, b]) => b - a).slice(0, MAX_NOTES);
  const words = kinds.map(([collection, records]) => `${count(records)} ${collection}`);
  return [`Records of other kinds were passed over: ${words.join(', ')}.`];
}

/** The commit's hash detects an export that was replaced by another of the same name. */
function encodeCursor(start: number, { commit }: Repository): string {
  return `car.${start}.${Buffer.from(commit).toString('base64url')}`;
}

function decodeCursor(cursor: string, { commit, items }: Repository): number {
  const [, start, digest] = /^car\.(\d{1,9})\.([\w-]{43})$/.exec(cursor) ?? [];
  if (!start || !digest) {
    throw new Unreadable('The import cannot resume from this cursor. Start it again.');
  }
  if (digest === Buffer.from(commit).toString('base64url') && Number(start) <= items.length) {
    return Number(start);
  }
  throw new Unreadable('The export has changed since its import started. Start the import again.');
}
