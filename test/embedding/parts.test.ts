import { describe, expect, test } from 'bun:test';
import { PART_TOKENS, partsOf } from '../../src/embedding/parts.ts';

const wordsIn = (text: string) => text.split(/\s+/).filter(Boolean).length;
const cut = (text: string) => partsOf(text, wordsIn).map(({ from, to }) => text.slice(from, to));

const sentence = (words: number) => `A${' word'.repeat(words - 1)}.`;

describe('parts of a text', () => {
  test('end where sentences end, and hold as many as fit', () => {
    const text = [sentence(25), sentence(30), sentence(10), sentence(50)].join(' ');
    expect(cut(text)).toEqual([
      `${sentence(25)} ${sentence(30)}`,
      `${sentence(10)} ${sentence(50)}`,
    ]);
  });

  test('of a long sentence end between words', () => {
    const parts = cut(sentence(150));
    expect(parts.map(wordsIn)).toEqual([60, 60, 30]);
    expect(parts.join(' ')).toBe(sentence(150));
  });

  test('of a long word end between characters', () => {
    const text = '🎉'.repeat(100);
    const parts = partsOf(text, (piece) => piece.length);
    expect(parts.every(({ from, to }) => to - from <= PART_TOKENS)).toBe(true);
    const pieces = parts.map(({ from, to }) => text.slice(from, to));
    expect(pieces.join('')).toBe(text);
    expect(pieces.every((piece) => piece.isWellFormed())).toBe(true);
  });

  test.each(['', ' \n ', '\ud83d'.repeat(200), `${'word '.repeat(70)}\u2028${' '.repeat(500)}x`])(
    'are in order, not empty and without space around them (%#)',
    (text) => {
      let end = 0;
      for (const { from, to } of partsOf(text, (piece) => piece.length)) {
        expect(from).toBeGreaterThanOrEqual(end);
        expect(text.slice(from, to)).toBe(text.slice(from, to).trim());
        expect(to).toBeGreaterThan(from);
        end = to;
      }
    },
  );
});
