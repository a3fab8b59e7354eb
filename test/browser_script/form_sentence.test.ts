import { expect, test } from 'bun:test';
import { valuesOf } from '../../src/browser/form_sentence.ts';

test('a checkbox that is on wins over the hidden "false" before it', () => {
  const data = new FormData();
  data.append('includeReplies', 'false');
  data.append('includeReplies', 'true');
  data.append('includeRetweets', 'false');
  expect(valuesOf(data)).toEqual({ includeReplies: 'true', includeRetweets: 'false' });
});
