import { describe, expect, test } from 'bun:test';
import { atLeast, atMost, number, table } from '../../bench/suite/markdown.ts';
import { isSelected } from '../../bench/suite/options.ts';
import { quantile, Results } from '../../bench/suite/results.ts';

const round = (round: number, perSecond?: number) => ({
  name: 'drain10',
  subject: 'xgpt',
  round,
  idle: 1 - round / 10,
  ...(perSecond === undefined ? { error: 'It broke.' } : { figures: { perSecond, twice: 1 } }),
});

describe('results', () => {
  const results = new Results([round(0, 30), round(1, 10), round(2, 20), round(3)]);

  test('are medians of the rounds that succeeded', () => {
    expect(results.median('drain10', 'xgpt', 'perSecond')).toBe(20);
    expect(results.median('drain10', 'plainjob', 'perSecond')).toBeUndefined();
    expect(results.errors).toHaveLength(1);
  });

  test('add up what must never happen over all rounds', () => {
    expect(results.total('xgpt', 'twice')).toBe(3);
  });

  test('tell how idle the machine was', () => {
    expect(results.idle).toEqual({ median: 0.9, worstTenth: 0.7 });
  });
});

test('quantiles are values that occurred', () => {
  expect(quantile([3, 1, 2], 0.5)).toBe(2);
  expect(quantile([3, 1, 2], 0.99)).toBe(3);
  expect(quantile([], 0.5)).toBeNaN();
});

test('a criterion without a figure is not reached', () => {
  expect(atLeast('drain', undefined, 2)).toMatchObject({ value: undefined, reached: false });
  expect(atMost('drain', undefined, 2)).toMatchObject({ value: undefined, reached: false });
  expect(atLeast('drain', 2, 2)).toMatchObject({ value: '2.00×', reached: true });
});

test('one name selects one measurement, a name without its number the whole group', () => {
  expect(isSelected(['drain10'], 'drain10', 'xgpt')).toBe(true);
  expect(isSelected(['drain10'], 'drain100', 'xgpt')).toBe(false);
  expect(isSelected(['drain'], 'drain100', 'xgpt')).toBe(true);
  expect(isSelected(['xgpt'], 'drain100', 'xgpt')).toBe(true);
  expect(isSelected(['drain100/xgpt'], 'drain100', 'plainjob')).toBe(false);
  expect(isSelected([], 'drain100', 'plainjob')).toBe(true);
});

test('tables align numbers and mark what is missing', () => {
  expect(
    table(
      ['', 'a second'],
      [
        ['xgpt', 1234.5],
        ['other', undefined],
      ],
    ),
  ).toBe('|  | a second |\n|---|---:|\n| xgpt | 1,235 |\n| other | – |');
  expect([0, 0.123, 12.34, 123.4].map(number)).toEqual(['0', '0.12', '12.3', '123']);
});
