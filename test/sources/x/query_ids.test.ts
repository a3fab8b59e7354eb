import { describe, expect, test } from 'bun:test';
import { loadConfig } from '../../../src/platform/config.ts';
import { parseQueryIds } from '../../../src/sources/x/index.ts';

const configured = (text: string) => loadConfig({ XGPT_X_QUERY_IDS: text }).xQueryIds;

describe('XGPT_X_QUERY_IDS', () => {
  test.each([
    ['', {}],
    ['UserTweets=N2tFDY-MlrLxXJ9F_ZxJGA', { UserTweets: 'N2tFDY-MlrLxXJ9F_ZxJGA' }],
    [
      'UserTweets=N2tFDY-MlrL, SearchTimeline=ML-n2SfAxx5S',
      { UserTweets: 'N2tFDY-MlrL', SearchTimeline: 'ML-n2SfAxx5S' },
    ],
  ])('is read: %j', (text, ids) => {
    expect(parseQueryIds(configured(text))).toEqual(ids as never);
  });

  test.each(['Likes=Pcw-j9lrSeDM', 'UserTweets', 'UserTweets=', 'UserTweets=../../evil', 'abc'])(
    'is refused: %j',
    (text) => {
      expect(() => configured(text)).toThrow(/XGPT_X_QUERY_IDS: must be operations of X/);
    },
  );
});
