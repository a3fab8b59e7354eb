import { z } from 'zod';
import { withFilter } from '../../find/typed_text.ts';
import {
  DEFAULT_PAGE,
  FIND_SORTS,
  FIND_WAYS,
  type FindSort,
  type FindWay,
} from '../../operations/find/request.ts';
import { authorProblem, MAX_PAGE, nameIn } from '../../operations/find_posts.ts';
import { typedFields, typedText, typedWholeNumber } from '../../platform/typed_fields.ts';
import { type DeclaredInput, input } from '../contract/declare.ts';
import { INVALID } from '../contract/requests.ts';

const MAX_TEXT = 500;

const text = (name: string) =>
  typedText(MAX_TEXT, `${name} may have at most ${MAX_TEXT} characters.`, name);

/** The fields of the form that are operators in the box, by their key there. */
const FIELDS = {
  author: 'from',
  source: 'source',
  since: 'since',
  until: 'until',
  kind: 'is',
  has: 'has',
  language: 'lang',
  min_likes: 'min_likes',
} as const;

export const FIND_PAGE_QUERY: DeclaredInput<TypedFindPage> = input(
  () =>
    typedFields({
      q: text('q'),
      author: text('author'),
      source: text('source'),
      since: text('since'),
      until: text('until'),
      kind: text('kind'),
      has: text('has'),
      language: text('language'),
      min_likes: text('min_likes'),
      by: z.enum(FIND_WAYS, 'By must be best, words or meaning.').optional(),
      sort: z.enum(FIND_SORTS, 'Sort must be best or newest.').optional(),
      like: text('like'),
      limit: typedWholeNumber(1, MAX_PAGE, `Limit must be a whole number from 1 to ${MAX_PAGE}.`, {
        description: 'Page size.',
      }),
      cursor: z.string().optional(),
      after: typedWholeNumber(
        0,
        Number.MAX_SAFE_INTEGER,
        'After must be a whole number, 0 or more.',
        { description: 'Posts that were collected after the one with this key are marked as new.' },
      ),
    }),
  INVALID,
);

export type TypedFindPage = Partial<
  Record<keyof typeof FIELDS | 'q' | 'like' | 'cursor', string>
> & { by?: FindWay; sort?: FindSort; limit?: number; after?: number };

/** What the page is asked for: everything that filters is in `q`. */
export interface FindPageQuery {
  q: string;
  by: FindWay;
  sort: FindSort;
  /** `source:id` of the post that others should be like. */
  like?: string;
  limit: number;
  cursor?: string;
  /** Posts with higher keys are marked as new. */
  after?: number;
  /** An author who is none, and why. */
  wrongAuthor?: { typed: string; problem: string };
}

export function toFindPageQuery(typed: TypedFindPage): FindPageQuery {
  let q = typed.q ?? '';
  const problem = authorProblem(typed.author ?? '');
  for (const [field, key] of Object.entries(FIELDS) as [keyof typeof FIELDS, string][]) {
    const value = typed[field];
    if (value !== undefined && !(field === 'author' && problem))
      q = withFilter(q, key, field === 'author' ? nameIn(value) : value);
  }
  return {
    q,
    by: typed.by ?? 'best',
    sort: typed.sort ?? 'best',
    limit: typed.limit ?? DEFAULT_PAGE,
    ...(typed.like && { like: typed.like }),
    ...(typed.cursor && { cursor: typed.cursor }),
    ...(typed.after !== undefined && { after: typed.after }),
    ...(problem && { wrongAuthor: { typed: typed.author ?? '', problem } }),
  };
}
