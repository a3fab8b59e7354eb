import { describe, expect, test } from 'bun:test';
import { readUsername, sourceOfAddress, usernameProblem } from '../../src/text/usernames.ts';

const DID = 'did:plc:ewvi7nxzyoun6zhxrhs64oiz';

const NAMES: [typed: string, username: string, source?: string][] = [
  ['aurora_lab', 'aurora_lab'],
  ['@aurora_lab', 'aurora_lab'],
  ['  @aurora_lab \n', 'aurora_lab'],
  ['＠aurora_lab', 'aurora_lab'],
  ['@ aurora_lab', 'aurora_lab'],
  ['aurora_lab/', 'aurora_lab'],
  ['(@aurora_lab)', 'aurora_lab'],
  ['@aurora_lab,', 'aurora_lab'],
  ['“aurora_lab”;', 'aurora_lab'],
  ['[https://x.com/aurora_lab]', 'aurora_lab', 'x'],
  ['https%3A%2F%2Fx.com%2Faurora_lab', 'aurora_lab', 'x'],
  ['\u200baurora_lab\u200b', 'aurora_lab'],
  ['\u202aaurora_lab\u202c', 'aurora_lab'],
  ['\ufeff@\u2066aurora_lab\u2069', 'aurora_lab'],
  ['\u00a0aurora_lab', 'aurora_lab'],
  ['ａｕｒｏｒａ', 'aurora'],
  ['münchen-1', 'münchen-1'],
  ['mu\u0308nchen', 'münchen'],
  ['https://x.com/aurora_lab', 'aurora_lab', 'x'],
  ['https://x.com/aurora_lab/', 'aurora_lab', 'x'],
  ['https://x.com/aurora_lab/status/123', 'aurora_lab', 'x'],
  ['https://x.com/aurora_lab/status/123/photo/1?s=20', 'aurora_lab', 'x'],
  ['https://x.com/aurora_lab/with_replies', 'aurora_lab', 'x'],
  ['x.com/aurora_lab', 'aurora_lab', 'x'],
  ['X.com/Aurora_Lab', 'Aurora_Lab', 'x'],
  ['HTTPS://WWW.X.COM/aurora_lab', 'aurora_lab', 'x'],
  ['//x.com/aurora_lab', 'aurora_lab', 'x'],
  ['http://twitter.com/aurora_lab', 'aurora_lab', 'x'],
  ['www.twitter.com/aurora_lab', 'aurora_lab', 'x'],
  ['https://mobile.twitter.com/@aurora_lab?lang=en', 'aurora_lab', 'x'],
  ['https://m.x.com/%40aurora_lab#top', 'aurora_lab', 'x'],
  ['https://twitter.com/#!/aurora_lab', 'aurora_lab', 'x'],
  ['https://x.com:443/aurora_lab', 'aurora_lab', 'x'],
  ['<https://x.com/aurora_lab>', 'aurora_lab', 'x'],
  ['https://x.com/intent/user?screen_name=aurora_lab', 'aurora_lab', 'x'],
  ['https://x.com/intent/follow?lang=en&screen_name=%40aurora_lab', 'aurora_lab', 'x'],
  ['\u202ahttps://x.com/aurora_lab\u202c', 'aurora_lab', 'x'],
  ['https://x.com//aurora_lab', 'aurora_lab', 'x'],
  ['https://bsky.app/profile/ada.example', 'ada.example', 'bluesky'],
  ['https://bsky.app/profile/@ada.example/', 'ada.example', 'bluesky'],
  ['https://bsky.app/profile/ada.example/post/3k2y?x=1', 'ada.example', 'bluesky'],
  [`bsky.app/profile/${DID}`, DID, 'bluesky'],
  [`https://bsky.app/profile/${DID.replaceAll(':', '%3A')}`, DID, 'bluesky'],
  ['https://ada.bsky.social', 'ada.bsky.social', 'bluesky'],
  ['at://ada.example', 'ada.example', 'bluesky'],
  [`at://${DID}/app.bsky.feed.post/3k2y`, DID, 'bluesky'],
  [DID, DID, 'bluesky'],
  ['did:web:ada.example', 'did:web:ada.example', 'bluesky'],
  ['ada.bsky.social', 'ada.bsky.social', 'bluesky'],
  ['@ada.bsky.social', 'ada.bsky.social', 'bluesky'],
  ['@ada.example', 'ada.example', 'bluesky'],
  ['v1.0', 'v1.0'],
];

describe('D9: what people paste is understood', () => {
  test.each(NAMES.map(([typed, username, source]) => ({ typed, username, source })))(
    'D9: $typed is $username',
    ({ typed, username, source }) => {
      expect(readUsername(typed)).toEqual(source ? { username, source } : { username });
      expect(sourceOfAddress(typed)).toBe(source as string);
      expect(usernameProblem(typed)).toBeUndefined();
    },
  );

  test.each([
    'https://x.com/i/user/12345',
    'https://x.com/i/lists/1',
    'x.com/home',
    'https://x.com/',
    'x.com',
    'https://twitter.com/search?q=aurora_lab',
    'https://x.com/hashtag/aurora',
    'https://x.com/settings/account',
    'https://x.com/intent/post?text=hello',
    'https://bsky.app/search?q=ada',
    'bsky.app',
    'https://bsky.app/profile/',
    'bsky.app/feeds',
    'at://',
  ])('D9: %s is no user, and the message says so', (typed) => {
    expect(usernameProblem(typed)).toStartWith('Username is missing in this address.');
    expect(sourceOfAddress(typed)).toBeUndefined();
  });

  test.each([
    'https://example.org/aurora_lab',
    'https://notx.com/aurora_lab',
    'https://x.com.example.org/aurora_lab',
    'https://x.com@example.org/aurora_lab',
    'https://a.b.bsky.social',
  ])('D9: %s is of another site', (typed) => {
    expect(usernameProblem(typed)).toContain('neither of X nor of Bluesky');
  });

  test.each([
    '',
    '@',
    '@@aurora_lab',
    '.aurora',
    'a b',
    '<b>',
    'not a name!!',
    'aurora_lab/status',
    '@ada@example.social',
    'https://x.com/not%20a%20name',
    'https://x.com/%E0%A4%A',
    'https://bsky.app/profile/ada',
    'did:key:z6Mk',
    'ftp://x.com/aurora_lab',
    'javascript:alert(1)',
    'x'.repeat(101),
    `https://x.com/${'x'.repeat(600)}`,
  ])('D9: %j is no name', (typed) => {
    expect(usernameProblem(typed)).toStartWith('Username may only have letters, digits');
  });

  test('D9: what was read is read the same again', () => {
    for (const [, username] of NAMES) expect(readUsername(username)).toMatchObject({ username });
  });
});

test('D9: an address without a user is answered with an example of its own service', () => {
  expect(usernameProblem('https://x.com/home')).toEndWith('https://x.com/aurora_lab.');
  for (const typed of ['https://bsky.app/search', 'https://bsky.app/profile/', 'at://'])
    expect(usernameProblem(typed)).toEndWith('https://bsky.app/profile/ada.bsky.social.');
});
