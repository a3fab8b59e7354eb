import { expect, test } from 'bun:test';
import { sourceToChoose } from '../../src/browser/pasted_address.ts';

test.each([
  { typed: 'https://bsky.app/profile/ada.example', told: 'bluesky' },
  { typed: '@ada.example', told: 'bluesky' },
  { typed: 'https://x.com/ada', told: 'x' },
  { typed: 'ada' },
  { typed: 'https://x.com/home' },
])('D9: the form chooses the source that $typed tells', ({ typed, told }) => {
  expect(sourceToChoose(typed, 'sample', ['sample', 'x', 'bluesky'])).toBe(told as string);
  expect(sourceToChoose(typed, 'sample', ['sample'])).toBeUndefined();
  if (told) expect(sourceToChoose(typed, told, ['sample', 'x', 'bluesky'])).toBeUndefined();
});
