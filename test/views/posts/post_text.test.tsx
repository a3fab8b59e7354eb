import { describe, expect, test } from 'bun:test';
import type { PostLink } from '../../../src/sources/post.ts';
import { PostText } from '../../../views/posts/post_text.tsx';
import { elements } from '../pages/fixtures.ts';

function text(text: string, links: PostLink[] = []): string {
  return String(PostText({ text, links }));
}

/** Address and wording of each link. */
function linksIn(markup: string): [string | undefined, string][] {
  const addresses = elements(markup, 'a').map(({ attributes }) => attributes.href);
  return [...markup.matchAll(/<a [^>]*>([^<]*)<\/a>/g)].map((match, index) => [
    addresses[index],
    match[1] ?? '',
  ]);
}

describe('the text of a post', () => {
  test('is escaped in every piece', () => {
    const written = '<b>&amp;</b> https://x.org/<i> <script>';
    expect(text(written)).not.toMatch(/<(?!\/?a[ >])/);
    expect(text(written)).toStartWith('&lt;b&gt;&amp;amp;&lt;/b&gt; ');
    expect(text('<u>', [{ text: '<u>', url: 'https://x.org/' }])).toContain('>&lt;u&gt;</a>');
  });

  test('keeps its lines and spaces', () => {
    expect(text('one\n\n  two')).toBe('one\n\n  two');
  });
});

describe('a link of the source', () => {
  const told = [{ text: 't.co/1', url: 'https://example.org/a?b=1&c="2"' }];

  test('has the target of the source and the text of the post', () => {
    expect(linksIn(text('see t.co/1, twice: t.co/1', told))).toEqual([
      ['https://example.org/a?b=1&c=%222%22', 't.co/1'],
      ['https://example.org/a?b=1&c=%222%22', 't.co/1'],
    ]);
  });

  test('takes precedence over a bare URL', () => {
    const links = [{ text: 'https://t.co/1', url: 'https://example.org/whole' }];
    expect(linksIn(text('https://t.co/1', links))).toEqual([
      ['https://example.org/whole', 'https://t.co/1'],
    ]);
  });

  test('has no opener and no referrer', () => {
    expect(elements(text('t.co/1', told), 'a')[0]?.attributes).toMatchObject({
      target: '_blank',
      rel: 'noopener noreferrer nofollow',
    });
  });

  test.each(['javascript:alert(1)', 'JaVaScRiPt:alert(1)', 'data:text/html,x', '//x.org', 'x'])(
    'is no link when it leads to %s',
    (url) => {
      const links = [{ text: 'https://t.co/1', url }];
      expect(text('go https://t.co/1', links)).toBe('go https://t.co/1');
    },
  );

  test('inside a bare URL does not split it', () => {
    const markup = text('https://x.org/t.co/1 end', told);
    expect(linksIn(markup)).toEqual([['https://x.org/t.co/1', 'https://x.org/t.co/1']]);
    expect(markup).toEndWith('</a> end');
  });

  test('may be absent from the text, or empty', () => {
    expect(text('nothing', [...told, { text: '', url: 'https://x.org/' }])).toBe('nothing');
  });
});

describe('a bare https URL', () => {
  test('becomes a link without the punctuation after it', () => {
    expect(linksIn(text('(see https://x.org/a_b?c=d#e). Or https://y.org/… end'))).toEqual([
      ['https://x.org/a_b?c=d#e', 'https://x.org/a_b?c=d#e'],
      ['https://y.org/', 'https://y.org/'],
    ]);
    expect(text('(https://x.org/a).')).toEndWith('</a>).');
  });

  test('ends before markup', () => {
    expect(linksIn(text('https://x.org/"onmouseover="x'))).toEqual([
      ['https://x.org/', 'https://x.org/'],
    ]);
  });

  test('needs a host, and http URLs stay text', () => {
    expect(linksIn(text('https:// and https://. and http://x.org/'))).toEqual([]);
  });
});
