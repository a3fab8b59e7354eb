import { type ComparedBy, describeFind } from '../../find/index.ts';
import { InvalidInput, type RecordChange } from '../../jobs/index.ts';
import type { CappedCount } from '../../library/finding.ts';
import type { SavedFind } from '../../library/index.ts';
import { detailsOf } from '../../platform/typed_fields.ts';
import type { Post } from '../../sources/post.ts';
import { NotFound } from '../../sources/source.ts';
import { cut } from '../../text/cut.ts';
import { quoted } from '../../text/isolated.ts';
import type { OperationDeps } from '../deps.ts';
import { ignoringCommonWords } from './common_words.ts';
import { isListing } from './find.ts';
import { MAX_NEW } from './hits.ts';
import { NO_SUCH_POST } from './hits_of.ts';
import { type FindRequest, likeOf, type SavedFields, toFindRequest } from './request.ts';
import { savedRequestSchema, type TypedSaveFind } from './saved_request.ts';

const MAX_LIKED = 80;

type SavedDeps = Pick<OperationDeps, 'library' | 'sources' | 'embedder'>;

/** A saved find as it is shown. */
export interface ListedFind extends Pick<SavedFind, 'id' | 'name' | 'createdAt' | 'openedAt'> {
  /** The fields of the find, as typed. */
  query: SavedFields;
  /** The query as it is understood now, in words; empty when it is no longer valid. */
  understood: string;
  /**
   * How many posts match that were collected since it was last opened. Absent for finds by meaning alone,
   * and for those that are no longer valid.
   */
  newPosts?: CappedCount;
  /** Field → why this version of the program cannot answer it. */
  problems?: Record<string, string>;
}

/** It was saved by another version, or for a source that is no more. */
export class SavedFindInvalid extends Error {
  override readonly name = 'SavedFindInvalid';
  constructor(
    readonly find: string,
    readonly details: Record<string, string>,
  ) {
    super(`The saved find ${quoted(find)} is no longer valid.`);
  }
}

/** All saved finds, by name. */
export function listSavedFinds(deps: SavedDeps): Promise<ListedFind[]> {
  const listed = listing(deps);
  return Promise.all(deps.library.savedFinds.list().map(listed));
}

export function showSavedFind(deps: SavedDeps, find: SavedFind): Promise<ListedFind> {
  return listing(deps)(find);
}

/**
 * Saves a find.
 * @throws FindNameTaken unless `replace` is set, or it is the same find; TooManySavedFinds; InvalidInput.
 */
export async function saveFind(
  deps: SavedDeps,
  { name, replace = false, ...fields }: TypedSaveFind,
  record?: RecordChange,
): Promise<{ find: ListedFind; isNew: boolean }> {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  const query = { q: '', ...Object.fromEntries(given) };
  if (likedPost(deps, fields) === 'none') throw new InvalidInput({ like: NO_SUCH_POST });
  const { find, isNew } = await deps.library.savedFinds.save({ name, query }, replace, record);
  return { find: await showSavedFind(deps, find), isNew };
}

/**
 * Marks a find as opened. Returns it as it was before, with its new posts: those with higher keys than
 * `seenKey`.
 * @throws NotFound; SavedFindInvalid, and then it does not count as opened.
 */
export async function openSavedFind(
  deps: SavedDeps,
  id: number,
): Promise<{ find: ListedFind; seenKey: number }> {
  const { savedFinds } = deps.library;
  const listed = listing(deps);
  const { name, problems } = await listed(savedFinds.read(id) ?? noSuchFind());
  if (problems) throw new SavedFindInvalid(name, problems);
  const before = (await savedFinds.open(id)) ?? noSuchFind();
  return { find: await listed(before), seenKey: before.seenKey };
}

/** Gives a find another name. @throws NotFound, FindNameTaken */
export async function renameSavedFind(
  deps: SavedDeps,
  id: number,
  name: string,
  record?: RecordChange,
): Promise<ListedFind> {
  const renamed = await deps.library.savedFinds.rename(id, name, record);
  return showSavedFind(deps, renamed ?? noSuchFind());
}

/** @throws NotFound */
export async function removeSavedFind(
  deps: SavedDeps,
  id: number,
  record?: RecordChange,
): Promise<ListedFind> {
  return showSavedFind(deps, (await deps.library.savedFinds.remove(id, record)) ?? noSuchFind());
}

/** @throws NotFound */
export function savedFindNamed({ library }: SavedDeps, name: string): SavedFind {
  return library.savedFinds.named(name) ?? noSuchFind();
}

function noSuchFind(): never {
  throw new NotFound('There is no such saved find.');
}

function listing(deps: SavedDeps): (find: SavedFind) => Promise<ListedFind> {
  const schema = savedRequestSchema(deps.sources);
  const now = Date.now();
  return async ({ query, seenKey, ...find }) => {
    const { success, data, error } = schema.safeParse(query);
    const liked = success ? likedPost(deps, data) : undefined;
    if (!success || liked === 'none') {
      const problems = success ? { like: NO_SUCH_POST } : detailsOf(error);
      return { ...find, query: query as SavedFields, understood: '', problems };
    }
    const typed = toFindRequest(data, now);
    const request = {
      ...typed,
      query: await ignoringCommonWords(deps.library.words, typed.query),
    };
    const isByMeaning = request.by === 'meaning' || request.like !== undefined;
    return {
      ...find,
      query: data,
      understood: describeFind(
        request.query,
        await comparedBy(deps, request),
        liked && cut(liked.text, MAX_LIKED),
      ),
      ...(!isByMeaning && {
        newPosts: deps.library.words.countAfter(request.query, seenKey, MAX_NEW),
      }),
    };
  };
}

/** What the find would be compared by now: what it says of itself is then the same as its answer does. */
async function comparedBy(
  { library, embedder }: SavedDeps,
  request: FindRequest,
): Promise<ComparedBy> {
  const { by, query, like } = request;
  if (isListing(request) || like || by === 'words' || query.topic === '') return 'words';
  if (by === 'meaning') return 'meaning';
  const isReady = library.meaning.hasVectors(embedder.model) && (await embedder.isReady());
  return isReady ? 'both' : 'words';
}

/** The post that others should be like, which may have been deleted since. */
function likedPost({ library }: SavedDeps, typed: SavedFields): Post | 'none' | undefined {
  const named = typed.like ? likeOf(typed.like) : undefined;
  if (!named) return undefined;
  const key = library.words.keyOf(named.source, named.id);
  return (key !== undefined && library.words.postsOf([key])[0]) || 'none';
}
