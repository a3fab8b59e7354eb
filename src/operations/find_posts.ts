import { z } from 'zod';
import { noFilters } from '../find/filters.ts';
import { readTyped } from '../jobs/job_query.ts';
import type { PostPage, PostQuery, ProfileQuery } from '../library/index.ts';
import { typedFields, typedText, typedWholeNumber } from '../platform/typed_fields.ts';
import type { Sources } from '../sources/index.ts';
import type { Post } from '../sources/post.ts';
import { readUsername, sourceOfAddress, usernameProblem } from '../text/usernames.ts';
import type { OperationDeps } from './deps.ts';
import { oneOf } from './fields.ts';
import { indexNotes, outdatedNotes } from './index_notes.ts';
import { comparable, requireVectors } from './query_vector.ts';

export const MAX_PAGE = 100;
const MAX_TEXT_LENGTH = 500;
const AUTHOR = 'A username, with or without @, or the address of a profile.';

/** How many posts a search by meaning answers with. */
const NEAREST = 30;

export interface PostsQuery extends PostQuery {
  author: string;
  q: string;
  by: 'words' | 'meaning';
}

/** The query for posts as typed: `author` with or without @. A search by meaning needs a text. */
export function postsQuerySchema(sources: Sources) {
  const source = `Source must be ${oneOf([...sources.keys()])}.`;
  return typedFields({
    author: words('author', AUTHOR, 'aurora_lab'),
    source: z
      .string()
      .refine((name) => sources.has(name), source)
      .meta({ enum: [...sources.keys()], description: 'Only posts of this source.' })
      .optional(),
    q: words('q', 'Words in the posts, or a topic.'),
    by: z
      .enum(['words', 'meaning'], 'By must be words or meaning.')
      .meta({ description: 'How to interpret q.', default: 'words' })
      .optional(),
    ...paging(),
  })
    .refine(({ by, q, cursor }) => by !== 'meaning' || !q || !cursor, {
      path: ['cursor'],
      error: 'A search by meaning has only one page. Omit cursor.',
    })
    .refine(({ by, q }) => by !== 'meaning' || q, {
      path: ['q'],
      error: 'The query is missing. A search by meaning needs a text to compare posts with.',
    })
    .superRefine(({ author = '' }, context) => {
      const message = authorProblem(author);
      if (message) context.addIssue({ code: 'custom', path: ['author'], message });
    });
}

export type TypedPostsQuery = z.output<ReturnType<typeof postsQuerySchema>>;

/** The query for profiles as typed. */
export function profilesQuerySchema() {
  return typedFields({ q: words('q', 'Words in names or bios.'), ...paging() });
}

export type TypedProfilesQuery = z.output<ReturnType<typeof profilesQuerySchema>>;

export function toPostsQuery({
  author,
  q = '',
  by = 'words',
  ...query
}: TypedPostsQuery): PostsQuery {
  return { ...query, author: nameIn(author), q, by };
}

export function toProfilesQuery({
  q = '',
  ...query
}: TypedProfilesQuery): ProfileQuery & { q: string } {
  // A pasted address or a name with @ means one person; other words are searched for as they are.
  const isName = sourceOfAddress(q) !== undefined || q.startsWith('@');
  return { ...query, q: isName ? nameIn(q) : q };
}

/** @throws InvalidInput */
export function parsePostsQuery(given: object, sources: Sources): PostsQuery {
  return toPostsQuery(readTyped(postsQuerySchema(sources), given));
}

/** @throws InvalidInput */
export function parseProfilesQuery(given: object): ProfileQuery & { q: string } {
  return toProfilesQuery(readTyped(profilesQuerySchema(), given));
}

function words(name: string, description: string, example?: string) {
  const error = `${name === 'q' ? 'The query' : 'Author'} may have at most ${MAX_TEXT_LENGTH} characters.`;
  return typedText(MAX_TEXT_LENGTH, error, description, example);
}

/** What is wrong with an author's name; `undefined` when nothing is, or when there is none. */
export function authorProblem(typed: string): string | undefined {
  if (typed === '') return undefined;
  return usernameProblem(typed)
    ?.replace('Username is missing in this address', 'This address names no author')
    .replace('Username', 'Author');
}

function paging() {
  const limit = `Limit must be a whole number from 1 to ${MAX_PAGE}.`;
  return {
    limit: typedWholeNumber(1, MAX_PAGE, limit, {
      description: 'Page size.',
      examples: [5],
    }),
    cursor: z.string().describe('nextCursor of the previous page.').optional(),
  };
}

/** The name in what was typed, or the text itself where there is none. */
export function nameIn(typed = ''): string {
  const read = readUsername(typed);
  return 'username' in read ? read.username : typed.replace(/^@/, '');
}

export interface FoundPosts extends PostPage {
  posts: (Post & { similarity?: number })[];
  /** What limits this search, for people; absent when nothing does. */
  notes?: string[];
}

/**
 * Finds posts by words, newest first, or by meaning, nearest first. `author` and `source` hold for both.
 * @throws ModelUnavailable by meaning, when the model is not ready.
 */
export async function findPosts(
  deps: Pick<OperationDeps, 'library' | 'embedder' | 'isOutdated' | 'isEmbedding'>,
  query: PostsQuery,
): Promise<FoundPosts> {
  const { library, embedder } = deps;
  const outdated = outdatedNotes(deps);
  const { q, by, author } = query;
  if (by !== 'meaning' || !q) {
    const page = library.posts({ ...query, author: author || undefined });
    return { ...page, ...withNotes([...outdated, ...(q ? indexNotes(library) : [])]) };
  }
  const prepared = library.meaning.prepare(embedder.model);
  const [compared] = await Promise.all([comparable(embedder, q), prepared]);
  await requireVectors(deps);
  if (typeof compared === 'string') return { posts: [], total: 0, notes: [...outdated, compared] };
  const posts = await nearestPosts({ library, embedder }, query, compared.vector);
  return { posts, total: posts.length, ...withNotes([...outdated, ...compared.notes]) };
}

function withNotes(notes: string[]): Pick<FoundPosts, 'notes'> {
  return notes.length > 0 ? { notes } : {};
}

async function nearestPosts(
  { library, embedder }: Pick<OperationDeps, 'library' | 'embedder'>,
  { author, source, limit = NEAREST }: PostsQuery,
  vector: Float32Array,
): Promise<FoundPosts['posts']> {
  const filters = {
    ...noFilters(),
    authors: author ? [author] : [],
    sources: source ? [source] : [],
  };
  const among = author || source ? await library.words.keysOf(filters) : undefined;
  return library.postsLike(embedder.model, vector, { limit, ...(among && { among }) });
}
