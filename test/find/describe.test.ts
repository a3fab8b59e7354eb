import { expect, test } from 'bun:test';
import { describeFind, parseFind } from '../../src/find/index.ts';

const NOW = Date.UTC(2024, 2, 31, 12);

test.each([
  ['', 'All posts'],
  ['soup', 'Posts with “soup”'],
  ['lentil soup', 'Posts with “lentil” and “soup”'],
  ['"lentil soup"', 'Posts with the phrase “lentil soup”'],
  ['a b c', 'Posts with “a”, “b” and “c”'],
  ['soup -lentil', 'Posts with “soup”, without “lentil”'],
  ['-soup -"a b"', 'Posts without “soup” or the phrase “a b”'],
  ['soup OR stew', 'Posts with “soup” or “stew”'],
  ['soup OR stew recipe', 'Posts with (“soup” or “stew”) and “recipe”'],
  ['(lentil soup) OR stew', 'Posts with (“lentil” and “soup”) or “stew”'],
  ['soup OR -stew', 'Posts with “soup” or not “stew”'],
  ['deadl*', 'Posts with words that begin with “deadl”'],
  ['C++: http://x.example', 'Posts with “C++” and “http://x.example”'],
  ['!!!', 'Nothing, because there is no letter, digit or emoji to find'],
  ['from:@ada', 'Posts by @ada'],
  ['from:ada from:bob -from:cy', 'Posts by @ada or @bob, not by @cy'],
  ['from:did:plc:abc234', 'Posts by did:plc:abc234'],
  ['since:2024', 'Posts since 1 January 2024'],
  ['until:2024', 'Posts until 31 December 2024'],
  ['since:24h', 'Posts since 30 March 2024, 12:00 UTC'],
  ['until:2024-03-31T12:00', 'Posts before 31 March 2024, 12:00 UTC'],
  ['lang:pt-br', 'Posts in Brazilian Portuguese'],
  ['lang:de,en', 'Posts in German or English'],
  ['is:reply', 'Replies'],
  ['-is:repost', 'Original posts or replies'],
  ['is:thread soup', 'Parts of threads with “soup”'],
  ['has:link has:media', 'Posts with a link, with a picture or video'],
  ['min_likes:1', 'Posts with at least 1 like'],
  ['min_likes:1000', 'Posts with at least 1,000 likes'],
  ['source:x', 'Posts from the source x'],
  ['-(-jazz)', 'Posts with “jazz”'],
  ['-has:media -has:link', 'Posts without a picture or video, without a link'],
  ['-lang:de -source:x', 'Posts not in German, not from the source x'],
  ['is:thread -is:reply', 'Parts of threads but not replies'],
  ['-is:thread soup', 'Posts with “soup”, but not parts of threads'],
  ['-min_likes:10', 'Posts with fewer than 10 likes'],
  ['-since:2024', 'Posts until 31 December 2023'],
  ['soup a\u0001b', 'Posts with “soup”, “a” and “b”'],
  ['since:soon', 'Posts with “since:soon”'],
])('%s is understood as: %s', (typed, description) => {
  expect(describeFind(parseFind(typed, NOW))).toBe(description);
});

test.each([
  ['warm soup', 'Posts near in meaning to “warm soup”'],
  ['soup -lentil from:ada', 'Posts near in meaning to “soup”, without “lentil”, by @ada'],
  ['soup "of the day"', 'Posts near in meaning to “soup of the day”, with the phrase “of the day”'],
  ['soup OR stew', 'Posts near in meaning to “soup stew” (OR has no effect by meaning)'],
  ['soup*', 'Posts near in meaning to “soup” (* has no effect by meaning)'],
  [
    'soup OR (stew* -meat)',
    'Posts near in meaning to “soup stew” (OR, * and the minus within it have no effect by meaning)',
  ],
])('by meaning %s is understood as: %s', (typed, description) => {
  expect(describeFind(parseFind(typed, NOW), 'meaning')).toBe(description);
});

test.each([
  ['warm soup', 'Posts about “warm soup”'],
  ['soup -lentil', 'Posts about “soup”, without “lentil”'],
  ['soup OR stew', 'Posts about “soup” or “stew”'],
  ['warm soup OR stew', 'Posts about “warm” and (“soup” or “stew”)'],
  ['(lentil soup) OR -stew', 'Posts about (“lentil” and “soup”) or not “stew”'],
  ['warm deadl*', 'Posts about “warm” and words that begin with “deadl”'],
  ['soup "of the day"', 'Posts about “soup of the day”, with the phrase “of the day”'],
  ['"of the day"', 'Posts with the phrase “of the day”'],
  ['is:reply', 'Replies'],
])('by both %s is understood as: %s', (typed, description) => {
  expect(describeFind(parseFind(typed, NOW), 'both')).toBe(description);
});
