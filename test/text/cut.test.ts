import { describe, expect, test } from 'bun:test';
import { cut, cutWithLength, head } from '../../src/text/cut.ts';

/** What a reader takes for one character. */
const FAMILY = '👩‍👩‍👧‍👦';
const FLAG = '🇩🇪';
const ACCENTED = 'e\u0301';
const HANGUL = '한'.normalize('NFD');

describe('A4: a text that is cut', () => {
  test('stays the same when it is short enough', () => {
    expect(cut('', 5)).toBe('');
    expect(cut('abcde', 5)).toBe('abcde');
    expect(cut(FAMILY, FAMILY.length)).toBe(FAMILY);
  });

  test('never exceeds the maximum, and ends in an ellipsis', () => {
    expect(cut('abcdef', 5)).toBe('abcd…');
    expect(cut('ab cdef', 4)).toBe('ab…');
  });

  test.each([
    ['a surrogate pair', '😀'],
    ['joined emoji', FAMILY],
    ['a flag', FLAG],
    ['a letter and its accent', ACCENTED],
    ['a syllable of parts', HANGUL],
  ])('is cut beside %s, not within', (_, character) => {
    const text = character.repeat(200);
    for (let max = 120; max < 120 + 2 * character.length; max++) {
      const kept = head(text, max);
      expect(kept.length).toBeLessThanOrEqual(max);
      expect(kept.length).toBeGreaterThan(max - character.length);
      expect(kept).toBe(character.repeat(kept.length / character.length));
      expect(cut(text, max).isWellFormed()).toBe(true);
    }
  });

  test('keeps whole code points of an endless cluster', () => {
    const endless = `😀${'\u0301'.repeat(1_000)}`;
    expect(head(endless, 1)).toBe('');
    expect(head(endless, 3)).toBe('😀\u0301');
    expect(cut(`a${endless}`, 100)).toBe('a…');
  });

  test('shows the original length', () => {
    expect(cutWithLength('short', 100)).toBe('short');
    const told = cutWithLength('é'.repeat(3_145_728), 100);
    expect(told).toHaveLength(100);
    expect(told).toEndWith('é… (3,145,728 characters)');
  });

  test('takes the same time for a longer text', () => {
    const long = `${FAMILY}é`.repeat(300_000);
    const start = performance.now();
    for (let n = 0; n < 1_000; n++) cut(long, 500);
    expect(performance.now() - start).toBeLessThan(1_000);
  });
});
