import { expect, test } from 'bun:test';
import { parseFind } from '../../src/find/index.ts';
import type { Post } from '../../src/sources/post.ts';
import { seeded } from '../support/scheduler.ts';
import { makePost, setup } from './synthetic.ts';

const SEED = Number(process.env.XGPT_TEST_SEED ?? Date.now() % 2 ** 31);
const random = seeded(SEED);
const below = (limit: number) => Math.floor(random() * limit);
const oneOf = <T>(values: readonly T[]) => values[below(values.length)] as T;
const isLikely = () => random() < 0.5;

const WORDS = ['jazz', 'soup', 'telescope'];
const POSTS = 200;

function somePost(_: unknown, at: number): Post {
  return makePost(at + 1, {
    author: oneOf(['ada', 'bo', 'cy']),
    source: oneOf(['sample', 'archive']),
    kind: oneOf(['post', 'reply', 'repost']),
    text: WORDS.filter(isLikely).join(' '),
    createdAt: new Date(Date.UTC(2023 + below(4), below(12), 1 + below(28))),
    links: isLikely() ? [{ url: 'https://site.example/page', text: 'site.example' }] : [],
    ...(isLikely() && { language: oneOf(['en', 'de']) }),
    ...(isLikely() && { likes: below(20) }),
  });
}

const posts = Array.from({ length: POSTS }, somePost);
const { library } = setup();
library.savePosts(posts);

type IsFound = (post: Post) => boolean;

/** An operator, and what it means. */
const OPERATORS: Record<string, () => [typed: string, isFound: IsFound]> = {
  from: () => valued('from', oneOf(['ada', 'bo', 'nobody']), ({ author }) => author),
  source: () => valued('source', oneOf(['sample', 'archive']), ({ source }) => source),
  lang: () => valued('lang', oneOf(['en', 'de', 'fr']), ({ language }) => language),
  is: () => valued('is', oneOf(['post', 'reply', 'repost']), ({ kind }) => kind),
  has: () => ['has:link', ({ links }) => links.length > 0],
  since() {
    const year = 2023 + below(4);
    return [`since:${year}`, ({ createdAt }) => createdAt.getUTCFullYear() >= year];
  },
  until() {
    const year = 2023 + below(4);
    return [`until:${year}`, ({ createdAt }) => createdAt.getUTCFullYear() <= year];
  },
  min_likes() {
    const least = 1 + below(19);
    return [`min_likes:${least}`, ({ likes = -1 }) => likes >= least];
  },
};

const valued = (
  key: string,
  value: string,
  factOf: (post: Post) => string | undefined,
): [string, IsFound] => [`${key}:${value}`, (post) => factOf(post) === value];

const idOf = ({ source, id }: Post) => `${source}:${id}`;

async function found(typed: string): Promise<string[]> {
  const exported = await Array.fromAsync(library.words.everyMatch(parseFind(typed, 0), POSTS));
  return exported.flat().map(idOf).sort();
}

const expected = (isFound: IsFound) => posts.filter(isFound).map(idOf).sort();

test.each(Object.keys(OPERATORS))('-(%s:…) is -%s:…, and excludes what it finds', async (key) => {
  for (let run = 0; run < 8; run++) {
    const [typed, isFound] = (OPERATORS[key] as (typeof OPERATORS)[string])();
    expect(await found(typed)).toEqual(expected(isFound));
    for (const without of [`-${typed}`, `-(${typed})`, `-((${typed}))`, `-(-(-${typed}))`])
      expect(await found(without)).toEqual(expected((post) => !isFound(post)));
  }
});

/** Each operator stands in it once at most: several values of one are alternatives, wherever they stand. */
function condition(keys: string[], depth: number): [typed: string, isFound: IsFound] {
  const [typed, isFound] = depth > 0 && isLikely() ? bracket(keys, depth) : term(keys);
  return isLikely() ? [typed, isFound] : [`-${typed}`, (post) => !isFound(post)];
}

function term(keys: string[]): [string, IsFound] {
  const key = isLikely() ? keys.pop() : undefined;
  if (key) return (OPERATORS[key] as (typeof OPERATORS)[string])();
  const word = oneOf(WORDS);
  return [word, ({ text }) => text.includes(word)];
}

function bracket(keys: string[], depth: number): [string, IsFound] {
  const parts = Array.from({ length: 1 + below(3) }, () => condition(keys, depth - 1));
  const isAny = isLikely();
  const typed = `(${parts.map(([part]) => part).join(isAny ? ' OR ' : ' ')})`;
  if (isAny) return [typed, (post) => parts.some(([, isFound]) => isFound(post))];
  return [typed, (post) => parts.every(([, isFound]) => isFound(post))];
}

test('what is nested finds what it says, or a part of it is told not to hold', async () => {
  let held = 0;
  let excluded = 0;
  for (let run = 0; run < 1_500; run++) {
    const keys = Object.keys(OPERATORS).sort(() => random() - 0.5);
    const [typed, isFound] = condition(keys, 3);
    const { unheld } = parseFind(typed, 0);
    if (unheld) {
      for (const part of unheld) expect(part.typed).toMatch(/^-\(.*\)$|^-?[a-z_]+:\w+$/);
      continue;
    }
    held++;
    if (/-\([^)]*:/.test(typed)) excluded++;
    const seen = `XGPT_TEST_SEED=${SEED}, ${typed}`;
    expect([seen, await found(typed)]).toEqual([seen, expected(isFound)]);
  }
  expect(held).toBeGreaterThan(500);
  expect(excluded).toBeGreaterThan(50);
});
