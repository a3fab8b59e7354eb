import { describe, expect, test } from 'bun:test';
import { markMatches, parseFind, snippetOf } from '../../src/find/index.ts';

/** The text with its marks in brackets. */
function marked(text: string, typed: string, language?: string): string {
  let shown = '';
  let end = 0;
  for (const { from, to } of markMatches(text, parseFind(typed, 0).words, language)) {
    shown += `${text.slice(end, from)}[${text.slice(from, to)}]`;
    end = to;
  }
  return shown + text.slice(end);
}

describe('marks', () => {
  test.each([
    ['Lentil soup and soups', 'soup', 'Lentil [soup] and [soups]'],
    ['Lentil soup and soups', '"soup"', 'Lentil [soup] and soups'],
    ['Lentil soup, then more soup', '"lentil soup" more', '[Lentil soup], then [more] soup'],
    ['soup and stew', 'soup -stew', '[soup] and stew'],
    ['soup and stew', 'soup OR stew', '[soup] and [stew]'],
    ['wordplay and sword', 'word*', '[wordplay] and sword'],
    ['C, C++ and C#', 'C++', 'C, [C++] and C#'],
    ['C, C++ and C#', 'c', '[C], [C]++ and [C]#'],
    ['In Łódź: ŁÓDŹ, e\u0301te\u0301', 'lodz ete', 'In [Łódź]: [ŁÓDŹ], [e\u0301te\u0301]'],
    ['Straße', 'strasse', '[Straße]'],
    ['10,000 or 1,000', '1000', '10,000 or [1,000]'],
    ['my wi-fi; wifi', 'wifi', 'my [wi-fi]; [wifi]'],
    ['my wi-fi; wifi', 'wi-fi', 'my [wi-fi]; [wifi]'],
    ['Müller, Mueller, Muller', 'müller', '[Müller], [Mueller], [Muller]'],
    ['Donau\u00addampf', 'donaudampf', '[Donau\u00addampf]'],
    ['東京都の葛󠄀飾区', '葛飾区', '東京都の[葛󠄀飾区]'],
    ['👩🏽‍💻 and 👩', '👩', '[👩🏽‍💻] and [👩]'],
    ['مُحَمَّد هنا', 'محمد', '[مُحَمَّد] هنا'],
    ['می‌خواهم', 'میخواهم', '[می‌خواهم]'],
    ['<b>soup</b> & <i>', 'soup b', '<[b]>[soup]</[b]> & <i>'],
    ['aaa aaa aaa', '"aaa aaa"', '[aaa aaa aaa]'],
    ['soup', '', 'soup'],
    ['soup', '-soup', 'soup'],
    ['soup', '!!!', 'soup'],
  ])('in %j for %s', (text, typed, expected) => {
    expect(marked(text, typed)).toBe(expected);
  });

  test('show other forms of the language of the text', () => {
    expect(marked('Häuser', 'haus', 'de')).toBe('[Häuser]');
    expect(marked('Häuser', 'haus', 'en')).toBe('Häuser');
    expect(marked('deadlocks', 'deadlock', 'en-GB')).toBe('[deadlocks]');
  });
});

test('a find of many words marks a long text at once', () => {
  const start = performance.now();
  const { words } = parseFind('a OR soup* OR '.repeat(140), 0);
  expect(markMatches('a soups b '.repeat(10_000), words)).toHaveLength(20_000);
  expect(performance.now() - start).toBeLessThan(3_000);
});

describe('a snippet', () => {
  const filler = (count: number) => 'word '.repeat(count);
  const snippet = (text: string, typed: string, length?: number) => {
    const part = snippetOf(text, markMatches(text, parseFind(typed, 0).words), length);
    return part && text.slice(part.from, part.to);
  };

  test('is left out of a text that is short', () => {
    expect(snippet('A needle', 'needle')).toBeUndefined();
  });

  test('shows the beginning where nothing is marked', () => {
    expect(snippet(`The beginning ${filler(100)}`, 'needle')).toStartWith('The beginning');
  });

  test.each([0, 50, 100])('shows the words found after %d others', (before) => {
    const text = `${filler(before)}needle in hay ${filler(100 - before)}`;
    const shown = snippet(text, 'needle');
    expect(shown).toContain('needle in hay');
    expect(shown?.length).toBeLessThanOrEqual(280);
  });

  test('shows the most words', () => {
    const text = `needle ${filler(100)} a needle, and a thread ${filler(100)}`;
    expect(snippet(text, 'needle thread')).toContain('a needle, and a thread');
  });

  test('begins and ends with whole words', () => {
    expect(snippet(`${filler(40)}needle ${filler(40)}`, 'needle', 100)).toMatch(
      /^(word |needle )+(word|needle)?$/,
    );
  });

  test('splits no word of a language without spaces', () => {
    const shown = snippet(`${'東京都に行きました。'.repeat(20)}葛飾区`, '葛飾区', 50);
    expect(shown).toEndWith('葛飾区');
  });
});
