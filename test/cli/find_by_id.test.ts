import { expect, test } from 'bun:test';
import { findAmong } from '../../src/cli/find_by_id.ts';

const ITEMS = ['wh_aa11', 'wh_aa22', 'wh_bb22', 'wh_aa11_more'].map((id) => ({ id }));
const WORDS = { noun: 'webhook', list: 'xgpt webhooks' };

const refusal = async (part: string) => {
  try {
    await findAmong(part, ITEMS, WORDS);
  } catch (error) {
    const { message, code } = error as { message: string; code: number };
    return [code, message];
  }
  return [];
};

test('FEATURES 43: an id is found by its beginning or end, and a whole one goes first', async () => {
  expect((await findAmong('wh_b', ITEMS, WORDS)).id).toBe('wh_bb22');
  expect((await findAmong('aa22', ITEMS, WORDS)).id).toBe('wh_aa22');
  expect((await findAmong('wh_aa11', ITEMS, WORDS)).id).toBe('wh_aa11');
});

test('FEATURES 43: an id that is too short, unknown or not the only one is refused', async () => {
  expect(await refusal('')).toEqual([2, expect.stringContaining('is too short')]);
  expect(await refusal('wh_')).toEqual([2, expect.stringContaining('at least 4 characters')]);
  expect(await refusal('wh_cc')).toEqual([
    3,
    'There is no webhook with the id "wh_cc". Run xgpt webhooks to see the webhooks.',
  ]);
  expect(await refusal('wh_aa')).toEqual([
    2,
    '"wh_aa" matches several webhooks. Type more of one of these ids: wh_aa11, wh_aa22, wh_aa11_more',
  ]);
});
