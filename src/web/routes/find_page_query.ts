import { z } from 'zod';
import { addFilter, noFilters } from '../../find/filters.ts';
import { withFilter } from '../../find/typed_text.ts';
import { oneOf } from '../../operations/fields.ts';
import {
  DATE_RULE,
  DEFAULT_PAGE,
  FIND_SORTS,
  FIND_WAYS,
  type FindSort,
  type FindWay,
  LIKE_BY_RULE,
  LIKE_RULE,
  likeOf,
  MAX_QUERY_LENGTH,
} from '../../operations/find/request.ts';
import { authorProblem, MAX_PAGE, nameIn } from '../../operations/find_posts.ts';
import { once } from '../../platform/once.ts';
import {
  detailsOf,
  typedFields,
  typedText,
  typedWholeNumber,
} from '../../platform/typed_fields.ts';
import type { Sources } from '../../sources/index.ts';

const text = (label: string) =>
  typedText(MAX_QUERY_LENGTH, `${label} may have at most ${MAX_QUERY_LENGTH} characters.`, label);

const key = (label: string) => {
  const rule = `${label} must be a whole number, 0 or more.`;
  return typedWholeNumber(0, Number.MAX_SAFE_INTEGER, rule, { description: rule });
};

/** The fields of the form that are operators in the box: their key there, and what they may be. */
const FILTERS = {
  author: { key: 'from', rule: '' },
  source: { key: 'source', rule: '' },
  since: { key: 'since', rule: `From ${DATE_RULE}` },
  until: { key: 'until', rule: `Up to ${DATE_RULE}` },
  kind: { key: 'is', rule: 'Kind must be post, reply, repost or thread.' },
  has: { key: 'has', rule: 'With must be link or media.' },
  language: { key: 'lang', rule: 'Language must be a code such as en or pt-BR.' },
  min_likes: { key: 'min_likes', rule: 'Likes must be a whole number.' },
} as const;

type FilterName = keyof typeof FILTERS;
const FILTER_NAMES = Object.keys(FILTERS) as FilterName[];

const schema = once(() =>
  typedFields({
    q: text('The query'),
    author: text('Author'),
    source: text('Source'),
    since: text('From'),
    until: text('Up to'),
    kind: text('Kind'),
    has: text('With'),
    language: text('Language'),
    min_likes: text('Likes'),
    by: z.enum(FIND_WAYS, 'By must be best, words or meaning.').optional(),
    sort: z.enum(FIND_SORTS, 'Sort must be best or newest.').optional(),
    like: text('Like'),
    limit: typedWholeNumber(1, MAX_PAGE, `Limit must be a whole number from 1 to ${MAX_PAGE}.`, {
      description: 'Page size.',
    }),
    cursor: z.string().optional(),
    after: key('After'),
    only: z.literal('new', 'Only must be new.').optional(),
    seen: key('Seen'),
  }),
);

export type TypedFindPage = Partial<Record<FilterName | 'q' | 'like' | 'cursor', string>> & {
  by?: FindWay;
  sort?: FindSort;
  limit?: number;
  after?: number;
  only?: 'new';
  seen?: number;
};

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
  /** Only those are shown. */
  only?: 'new';
  /** The newest post when the first page was opened: later ones are offered. */
  seen?: number;
}

export interface ReadFindPage {
  asked: FindPageQuery;
  /** Field → why it cannot be used; empty when all can. */
  problems: Record<string, string>;
  /** The fields that filter, as typed; empty without problems, when `q` says them. */
  typed: Partial<Record<string, string>>;
}

/** Reads the page's address. With a problem `q` is what was typed, and what cannot be used is left out. */
export function readFindPage(
  given: Record<string, string>,
  sources: Sources,
  now: number,
): ReadFindPage {
  const { data, error } = schema().safeParse(given);
  const problems = error ? detailsOf(error) : {};
  const usable = Object.entries(given).filter(([name]) => !(name in problems));
  const typed: TypedFindPage = data ?? schema().parse(Object.fromEntries(usable));
  for (const name of FILTER_NAMES) {
    const problem = filterProblem(name, typed[name], sources, now);
    if (problem) problems[name] ??= problem;
  }
  if (typed.like && !likeOf(typed.like)) problems.like = LIKE_RULE;
  if (typed.like && typed.by === 'words') {
    problems.by = LIKE_BY_RULE;
    delete typed.by;
  }
  const asked = toFindPageQuery(typed);
  if ([...asked.q].length > MAX_QUERY_LENGTH)
    problems.q ??= `The query and the filters may have at most ${MAX_QUERY_LENGTH} characters together.`;
  if (Object.keys(problems).length === 0) return { asked, problems, typed: {} };
  return { asked: { ...asked, q: given.q ?? '' }, problems, typed: given };
}

function filterProblem(
  name: FilterName,
  value: string | undefined,
  sources: Sources,
  now: number,
): string | undefined {
  if (value === undefined) return undefined;
  if (name === 'author') return authorProblem(value);
  if (name === 'source') {
    return sources.has(value) ? undefined : `Source must be ${oneOf([...sources.keys()])}.`;
  }
  const { key, rule } = FILTERS[name];
  return addFilter({ key, value, isNot: false }, noFilters(), now) ? undefined : rule;
}

export function toFindPageQuery(typed: TypedFindPage): FindPageQuery {
  let q = typed.q ?? '';
  for (const name of FILTER_NAMES) {
    const value = typed[name];
    if (value !== undefined)
      q = withFilter(q, FILTERS[name].key, name === 'author' ? nameIn(value) : value);
  }
  return {
    q,
    by: typed.by ?? 'best',
    sort: typed.sort ?? 'best',
    limit: typed.limit ?? DEFAULT_PAGE,
    ...(typed.like && { like: typed.like }),
    ...(typed.cursor && { cursor: typed.cursor }),
    ...(typed.after !== undefined && { after: typed.after }),
    ...(typed.only && typed.after !== undefined && { only: typed.only }),
    ...(typed.seen !== undefined && { seen: typed.seen }),
  };
}
