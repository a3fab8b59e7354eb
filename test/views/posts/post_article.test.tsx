import { describe, expect, test } from 'bun:test';
import type { Post } from '../../../src/sources/post.ts';
import { PostArticle } from '../../../views/posts/post_article.tsx';
import { ago, NOW, textOf } from '../job_view.ts';
import { attributesOf, elements, post } from '../pages/fixtures.ts';

function article(fields: Partial<Post> & { similarity?: number } = {}): string {
  const { similarity, ...rest } = fields;
  return String(PostArticle({ post: { ...post(rest), similarity }, now: NOW }));
}

describe('a post', () => {
  test('shows its author, source, age and exact time', () => {
    const markup = article({ createdAt: ago(3600) });
    expect(textOf(markup)).toStartWith('Aurora Lab @aurora_lab sample 1 h ago');
    expect(attributesOf(markup, 'time')).toMatchObject({ datetime: '2026-03-01T11:00:00.000Z' });
    expect(attributesOf(markup, '.post-author').href).toBe('/authors/sample/aurora_lab');
  });

  test('links to the original if its URL is safe', () => {
    expect(elements(article({ url: 'https://example.org/1' }), 'a > time')).toHaveLength(1);
    expect(elements(article({ url: 'javascript:alert(1)' }), 'a > time')).toEqual([]);
    expect(elements(article(), 'a > time')).toEqual([]);
  });

  test('is marked as a reply or a repost', () => {
    expect(textOf(article({ kind: 'reply', inReplyToAuthor: 'ada' }))).toContain('Reply to @ada');
    expect(textOf(article({ kind: 'reply' }))).toContain('Reply First');
    expect(textOf(article({ kind: 'repost' }))).toContain('Reposted by Aurora Lab First');
    expect(elements(article(), '.post-mark')).toEqual([]);
  });

  test('is shown in full, with its language and direction', () => {
    const long = 'word '.repeat(3000).trim();
    const markup = article({ text: long });
    const shown = elements(markup, '.post-text').length;
    expect(shown).toBe(2);
    expect(textOf(markup).match(/word/g)).toHaveLength(3000);
    expect(elements(markup, '.post-rest[open]')).toEqual([]);
    expect(attributesOf(article({ language: 'ar' }), '.post-text')).toMatchObject({
      lang: 'ar',
      dir: 'auto',
    });
  });

  test('has no dots after a snippet that reaches to the end', () => {
    const text = `${'word '.repeat(400)}needle`;
    const shown = (to: number) =>
      textOf(
        String(PostArticle({ post: { ...post({ text }), snippet: { from: 1900, to } }, now: NOW })),
      );
    expect(shown(text.length)).toContain('needle Show the rest');
    expect(shown(text.length - 7)).toContain('word … Show the rest');
  });

  test.each(['e\u0301', '👩🏽‍💻', 'の', '葛󠄀'])('is folded between characters: %s', (character) => {
    for (const before of ['', 'a', 'ab', 'abc']) {
      const markup = article({ text: before + character.repeat(900) });
      const [, lead = ''] = /<p class="post-text"[^>]*>([^<]*)<\/p>/.exec(markup) ?? [];
      expect(lead.length).toBeGreaterThan(400);
      expect((lead.length - before.length) % character.length).toBe(0);
    }
  });

  test('shows the whole original of a repost in the place of its own text', () => {
    const markup = article({
      kind: 'repost',
      text: 'RT @ada.example: Comets & tea',
      repostOf: { id: '7', author: 'ada.example', authorName: 'Ada', text: 'Comets & tea' },
    });
    expect(textOf(markup)).toContain('Reposted by Aurora Lab Ada @ada.example Comets & tea');
    expect(textOf(markup)).not.toContain('RT @');
    expect(attributesOf(markup, '.post-quote .post-author').href).toBe(
      '/authors/sample/ada.example',
    );
  });

  test('leads to the original where an export has its address alone', () => {
    const url = 'https://bsky.app/profile/did:plc:other/post/3k';
    const markup = article({ kind: 'repost', text: '', repostOf: { id: 'at://x', url } });
    expect(markup).toContain(`href="${url}"`);
    expect(textOf(markup)).toContain('The text of this post is not known');
    expect(markup).not.toContain('class="post-text"');
  });

  test('keeps its own text where the original is not known', () => {
    const markup = article({ kind: 'repost', text: 'RT @ada: Comets…', repostOf: { id: '7' } });
    expect(textOf(markup)).toContain('RT @ada: Comets…');
    expect(elements(markup, '.post-quote')).toEqual([]);
  });

  test('shows the post that it quotes, with its address if that is safe', () => {
    const quote = { id: '7', author: 'ada', text: '<b>Tea</b>', url: 'https://example.org/7' };
    const markup = article({ quote });
    expect(textOf(markup)).toContain('@ada Original <b>Tea</b>');
    expect(attributesOf(markup, '.post-quote .post-origin').href).toBe('https://example.org/7');
    const unsafe = article({ quote: { ...quote, url: 'javascript:alert(1)' } });
    expect(elements(unsafe, '.post-quote .post-origin')).toEqual([]);
    expect(textOf(article({ quote: { id: '7' } }))).toContain('The text of this post is not known');
  });

  test('says why few may see it', () => {
    const markup = article({ kind: 'reply', inReplyToAuthor: 'ada', limited: 'age-restricted' });
    expect(textOf(markup)).toContain('Reply to @ada · Limited: age-restricted');
  });

  test('C13: folds its earlier versions', () => {
    const versions = [
      { id: '1', text: 'Frist light' },
      { id: '2', createdAt: ago(7200) },
    ];
    const markup = article({ edits: versions });
    expect(textOf(markup)).toContain('Edited, 2 earlier versions Frist light 2 h ago Its text is');
    expect(attributesOf(markup, '.post-versions')).not.toHaveProperty('open');
    expect(textOf(article({ edits: versions.slice(0, 1) }))).toContain(
      'Edited, 1 earlier version ',
    );
    expect(elements(article(), '.post-versions')).toEqual([]);
  });

  test('shows known counts, 0 included, and leaves out unknown ones', () => {
    expect(textOf(article({ likes: 1245, reposts: 1, replies: 0 }))).toContain(
      '0 replies · 1 repost · 1,245 likes',
    );
    expect(elements(article(), '.post-figures')).toEqual([]);
    expect(textOf(article({ similarity: 0.8349 }))).toContain('similarity 0.83');
  });
});

describe('the media of a post', () => {
  const markup = article({
    media: [
      { type: 'photo', url: 'https://example.org/p.jpg', alt: 'A green arc' },
      { type: 'animated_gif', url: 'javascript:alert(1)' },
    ],
  });

  test('are labelled links, never loaded', () => {
    expect(textOf(markup)).toContain('Photo: A green arc');
    expect(elements(markup, '.post-media a').map(({ attributes }) => attributes.href)).toEqual([
      'https://example.org/p.jpg',
    ]);
    expect(elements(markup, 'img, video, source')).toEqual([]);
  });

  test('are labelled even when their URL is unsafe', () => {
    expect(textOf(markup)).toContain('Animation');
  });
});

describe('links beside the text', () => {
  const markup = article({
    text: 'Read this',
    links: [
      { text: '', url: 'https://www.news.example/a?b=<c>' },
      { text: '', url: 'javascript:alert(1)' },
      { text: 'this', url: 'https://inside.example/' },
    ],
  });

  test('are listed by their address, when it is safe', () => {
    expect(elements(markup, '.post-media a').map(({ attributes }) => attributes.href)).toEqual([
      'https://www.news.example/a?b=%3Cc%3E',
    ]);
    expect(textOf(markup)).toContain('Link: news.example/a?b=%3Cc%3E');
  });
});
