import { z } from 'zod';
import { addFilter, noFilters } from '../../find/filters.ts';
import { parseFind } from '../../find/index.ts';
import type { FindFilters, FindQuery } from '../../find/query.ts';
import { withoutKeys } from '../../find/typed_text.ts';
import { typedFields, typedText, typedWholeNumber } from '../../platform/typed_fields.ts';
import type { Sources } from '../../sources/index.ts';
import { oneOf } from '../fields.ts';
import { authorProblem, MAX_PAGE, nameIn } from '../find_posts.ts';

/** How posts are compared with the query: by words, by meaning, or by both ("best"). */
export const FIND_WAYS = ['best', 'words', 'meaning'] as const;
export const FIND_SORTS = ['best', 'newest'] as const;
export const EXPORT_FORMATS = ['csv', 'jsonl'] as const;

export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export type FindWay = (typeof FIND_WAYS)[number];
export type FindSort = (typeof FIND_SORTS)[number];

export const DEFAULT_PAGE = 20;
/** In characters. */
export const MAX_QUERY_LENGTH = 500;

export interface FindRequest {
  /** What the text and the other fields mean together. */
  query: FindQuery;
  by: FindWay;
  sort: FindSort;
  /** Posts like this one instead: its source and id. */
  like?: { source: string; id: string };
  /** How the posts found are spread is wanted, too. */
  facets: boolean;
  /** 1 to 100. */
  limit: number;
  cursor?: string;
  /** Only posts that were collected after the one with this key, newest first. Not by meaning. */
  after?: number;
}

/** What a field for a date may be; the field's name stands before it. */
export const DATE_RULE =
  'must be a date, for example 2026-01-31, 2025-05, yesterday, or 7d for seven days ago.';

/** The fields of a find, as they are typed: in an address, a form or the terminal. */
export function findFields(sources: Sources) {
  const names = [...sources.keys()];
  const source = `Source must be ${oneOf(names)}.`;
  const limit = `Limit must be a whole number from 1 to ${MAX_PAGE}.`;
  return {
    q: typedText(
      MAX_QUERY_LENGTH,
      `The query may have at most ${MAX_QUERY_LENGTH} characters.`,
      'What to find: words, “phrases”, -excluded, OR, from:, since:, has:, and other operators.',
    ),
    author: typedText(500, 'Author may have at most 500 characters.', 'As `from:`.', 'aurora_lab'),
    source: z
      .string()
      .refine((name) => sources.has(name), source)
      .meta({ enum: names, description: 'As `source:`.' })
      .optional(),
    since: typedText(50, `Since ${DATE_RULE}`, 'As `since:`: a date, or `7d`.', '2026-01-31'),
    until: typedText(50, `Until ${DATE_RULE}`, 'As `until:`: a date, inclusive.', '2026-02-28'),
    by: z
      .enum(FIND_WAYS, `By must be ${oneOf(FIND_WAYS)}.`)
      .meta({ description: 'By words, by meaning, or both.', default: 'best' })
      .optional(),
    sort: z
      .enum(FIND_SORTS, `Sort must be ${oneOf(FIND_SORTS)}.`)
      .meta({ description: 'The best first, or the newest.', default: 'best' })
      .optional(),
    like: typedText(
      500,
      'Like may have at most 500 characters.',
      'Posts like this one: its source, a colon, and its id.',
    ),
    facets: z
      .enum(['true', 'false'], 'Facets must be true or false.')
      .meta({
        description: 'Whether to count authors, years, kinds and sources of the posts found, too.',
      })
      .optional(),
    format: z
      .enum(EXPORT_FORMATS, `Format must be ${oneOf(EXPORT_FORMATS)}.`)
      .meta({ description: 'All of it as a file to download, or as many as `limit` says.' })
      .optional(),
    limit: typedWholeNumber(1, MAX_PAGE, limit, {
      description: 'Page size; of an export, the maximum.',
      default: DEFAULT_PAGE,
      examples: [5],
    }),
    cursor: z.string().describe('nextCursor of the previous page.').optional(),
    after: typedWholeNumber(0, Number.MAX_SAFE_INTEGER, AFTER_RULE, {
      description:
        'Only posts that were collected after the one with this key, newest first, up to 1,000: `after` of a saved find that was opened.',
    }),
  };
}

const AFTER_RULE = 'After must be a whole number, 0 or more.';

export function findRequestSchema(sources: Sources) {
  return typedFields(findFields(sources)).superRefine(refuseImpossible);
}

export const LIKE_RULE = 'Like must be a source and an id, for example sample:42.';

export const LIKE_BY_RULE = 'By cannot be words beside like, which compares by meaning.';

type Refusal = { addIssue(issue: { code: 'custom'; path: string[]; message: string }): void };

/** What only the fields together, or more than their form, can tell. */
export function refuseImpossible(typed: SavedFields & { after?: number }, context: Refusal): void {
  const refuse = (field: string, message: string) =>
    context.addIssue({ code: 'custom', path: [field], message });
  const author = authorProblem(typed.author ?? '');
  if (author) refuse('author', author);
  for (const field of ['since', 'until'] as const) {
    const value = typed[field];
    if (value && !addDate(noFilters(), field, value, Date.now()))
      refuse(field, `${field === 'since' ? 'Since' : 'Until'} ${DATE_RULE}`);
  }
  if (typed.like && !likeOf(typed.like)) refuse('like', LIKE_RULE);
  if (typed.like && typed.by === 'words') refuse('by', LIKE_BY_RULE);
  if (typed.after !== undefined && (typed.by === 'meaning' || typed.like))
    refuse('after', 'After is for words and filters, which posts meet or not.');
  if (typed.by === 'meaning' && !typed.q && !typed.like)
    refuse('q', 'The query is missing. A find by meaning needs a text to compare posts with.');
}

export type TypedFind = z.output<ReturnType<typeof findRequestSchema>>;

/** What of a find is the same on each of its pages and in each of its forms. */
export type SavedFields = Partial<
  Record<'q' | 'author' | 'source' | 'since' | 'until' | 'like', string>
> & { by?: FindWay; sort?: FindSort };

export function savedFields(sources: Sources) {
  const { q, author, source, since, until, by, sort, like } = findFields(sources);
  return { q, author, source, since, until, by, sort, like };
}

/**
 * The request that was typed. A field replaces what the text says with the operator of the same name, as
 * the form of the page `/find` does.
 * @param now in ms since 1970, for `since:7d`.
 */
export function toFindRequest(typed: TypedFind, now: number): FindRequest {
  const { like } = typed;
  const named = like ? likeOf(like) : undefined;
  return {
    query: queryOf(typed, now),
    by: typed.by ?? 'best',
    sort: typed.sort ?? 'best',
    ...(named && { like: named }),
    facets: typed.facets === 'true',
    limit: typed.limit ?? DEFAULT_PAGE,
    ...(typed.cursor && { cursor: typed.cursor }),
    ...(typed.after !== undefined && { after: typed.after }),
  };
}

function queryOf({ q = '', author, source, since, until }: TypedFind, now: number): FindQuery {
  const fields = Object.entries({ from: author && nameIn(author), source, since, until });
  const given = fields.flatMap(([key, value]) => (value ? [{ key, value }] : []));
  const text = withoutKeys(
    q,
    given.map(({ key }) => key),
  );
  const query = parseFind(text, now);
  const filters = { ...query.filters };
  for (const { key, value } of given) {
    if (key === 'from') filters.authors = [value];
    else addFilter({ key, value, isNot: false }, filters, now);
  }
  return { ...query, text: q, filters };
}

/** @returns whether it is a date. */
function addDate(
  filters: FindFilters,
  key: 'since' | 'until',
  value: string,
  now: number,
): boolean {
  return addFilter({ key, value, isNot: false }, filters, now);
}

export function likeOf(typed: string): { source: string; id: string } | undefined {
  const [, source, id] = /^([a-z][a-z\d_-]*):(.+)$/s.exec(typed) ?? [];
  return source && id ? { source, id } : undefined;
}
