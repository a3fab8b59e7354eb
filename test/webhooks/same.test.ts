import { expect, test } from 'bun:test';
import { isSame, type WebhookEvent } from '../../src/webhooks/webhook.ts';

const ONE = {
  url: 'https://hooks.example/xgpt',
  events: ['completed', 'failed'] as WebhookEvent[],
  types: ['scrape', 'embed'],
};

test.each<[boolean, Partial<typeof ONE>]>([
  [true, {}],
  [true, { url: 'HTTPS://hooks.EXAMPLE:443/xgpt#part' }],
  [true, { events: ['failed', 'completed'], types: ['embed', 'scrape'] }],
  [true, { events: ['completed', 'failed', 'exhausted'] }],
  [false, { events: ['completed', 'exhausted'] }],
  [false, { events: ['failed'] }],
  [false, { types: [] }],
  [false, { url: 'https://hooks.example/xgpt?for=me' }],
  [false, { url: 'https://hooks.example/XGPT' }],
])('FEATURES 43: whether a webhook repeats another one: %p, %p', (isEqual, other) => {
  expect(isSame(ONE, { ...ONE, ...other })).toBe(isEqual);
  expect(isSame({ ...ONE, ...other }, ONE)).toBe(isEqual);
});
