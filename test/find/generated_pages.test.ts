import { describe, expect, test } from 'bun:test';
import { markMatches, parseFind, snippetOf } from '../../src/find/index.ts';
import { everything } from '../../src/operations/find/everything.ts';
import { find } from '../../src/operations/find/find.ts';
import type { FoundPost } from '../../src/operations/find/found.ts';
import { toFindRequest } from '../../src/operations/find/request.ts';
import { PostBody } from '../../views/posts/post_body.tsx';
import { makePost, setup } from '../library/synthetic.ts';
import { IS_LONG } from '../support/length.ts';
import { below, boundaries, forEachQuery, generated, part, random } from './generated_queries.ts';

const FINDS = IS_LONG ? 2_000 : 600;
const TEXTS = IS_LONG ? 5_000 : 1_500;
const LONG = 800;

/** The only markup that the text of a post may have. */
const TAGS =
  /^<(?:p class="post-text(?: post-snippet)?" dir="auto"|\/p|mark|\/mark|a href="[^"<>]*" target="_blank" rel="noopener noreferrer nofollow"|\/a|details class="post-rest"|\/details|summary|\/summary|span|\/span)>$/;

const decoded = (html: string) =>
  html
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#x27;', "'")
    .replaceAll('&amp;', '&');

interface Shown {
  /** What a reader sees of the text, without what is repeated in the snippet. */
  text: string;
  marked: string;
  /** Before the fold of a long text. */
  lead: string;
  snippet: string;
}

/** @throws when there is any other markup. */
function read(html: string): Shown {
  const shown = { text: '', marked: '', lead: '', snippet: '' };
  let paragraph = '';
  let isMarked = false;
  for (const [piece] of html.matchAll(/<[^>]*>|[^<]+/g)) {
    if (!piece.startsWith('<')) {
      const text = decoded(piece);
      if (paragraph.includes('post-snippet')) shown.snippet += text;
      else if (paragraph) {
        shown.text += text;
        if (isMarked) shown.marked += text;
      }
      continue;
    }
    if (!TAGS.test(piece)) throw new Error(`It has the tag ${piece}.`);
    if (piece.startsWith('<p ')) paragraph = piece;
    if (piece === '</p>') {
      shown.lead ||= shown.text;
      paragraph = '';
    }
    if (piece.endsWith('mark>')) isMarked = piece === '<mark>';
  }
  return shown;
}

describe('any text as the text of a post', () => {
  test(`stays text around marks and links: ${TEXTS} generated ones`, () => {
    let marked = 0;
    forEachQuery(TEXTS, (piece) => {
      const text = piece.repeat(random() < 0.2 ? 1 + below(60) : 1);
      const sought = Array.from({ length: 8 }, part).join(' OR ');
      const { words } = parseFind(random() < 0.7 ? sought : generated(), 0);
      const marks = markMatches(text, words);
      const snippet = snippetOf(text, marks);
      const links = random() < 0.5 ? [{ text: part(), url: 'https://c.example/?a="<b>&' }] : [];
      const post = makePost(1, { text, links });
      const html = String(PostBody({ post: { ...post, marks, ...(snippet && { snippet }) } }));
      const shown = read(html);
      if (shown.text !== text) throw new Error(`It is shown as ${JSON.stringify(shown.text)}.`);
      const expected = marks.map(({ from, to }) => text.slice(from, to)).join('');
      if (shown.marked !== expected)
        throw new Error(
          `Marked is ${JSON.stringify(shown.marked)}, not ${JSON.stringify(expected)}.`,
        );
      if (text.length > LONG && !boundaries(text).has(shown.lead.length))
        throw new Error(`The fold at ${shown.lead.length} splits a character.`);
      if (!text.includes(shown.snippet.slice(2, -2)))
        throw new Error('The snippet is another text.');
      if (marks.length > 0) marked++;
    });
    expect(marked).toBeGreaterThan(TEXTS / 20);
  }, 60_000);
});

describe('any query', () => {
  const WAYS = [
    {},
    { by: 'words' },
    { sort: 'newest' },
    { sort: 'newest', facets: 'true' },
  ] as const;

  test(`is answered by the library, in pages and as a whole: ${FINDS} generated ones`, async () => {
    const { library } = setup();
    const texts = Array.from({ length: 60 }, () => generated() + part());
    library.savePosts(texts.map((text, i) => makePost(i + 1, { text })));
    const embedder = new Proxy({} as Parameters<typeof find>[0]['embedder'], {
      get: (_, name) => (name === 'model' ? 'none' : undefined),
    });
    let found = 0;
    const checks: Promise<void>[] = [];
    forEachQuery(FINDS, (q) => {
      checks.push(check(q));
    });
    async function check(q: string): Promise<void> {
      const request = toFindRequest({ q, ...WAYS[below(WAYS.length)], limit: 100 }, 0);
      try {
        const { posts, total } = await find({ library, embedder }, request);
        const all: string[] = [];
        for await (const batch of everything({ library, embedder }, request))
          all.push(...batch.map(({ id }) => id));
        expect(all).toEqual(posts.map(({ id }) => id));
        expect(total).toBe(all.length);
        for (const post of posts) expectMarksWithin(post);
        found += posts.length;
      } catch (cause) {
        throw new Error(`${JSON.stringify(q)}: ${(cause as Error).message}`, { cause });
      }
    }
    await Promise.all(checks);
    expect(found).toBeGreaterThan(FINDS);
  }, 120_000);
});

function expectMarksWithin({ text, marks }: FoundPost): void {
  const ends = marks.length > 0 ? boundaries(text) : new Set();
  for (const { from, to } of marks) expect([ends.has(from), ends.has(to)]).toEqual([true, true]);
}
