import { describe, expect, test } from 'bun:test';
import { sentence } from '../../src/operations/words.ts';

const SAMPLE = { label: 'the synthetic sample', pageMs: 150, pageSize: 20 };

describe('scrape', () => {
  const values = { username: 'aurora_lab', maxTweets: '1000', source: 'sample' };

  test('says how much of whom, from where and how long', () => {
    expect(sentence('scrape', values, SAMPLE)).toBe(
      'Reads up to 1,000 posts of @aurora_lab from the synthetic sample, about 8 s.',
    );
  });

  test('says which kinds are included', () => {
    expect(
      sentence('scrape', { ...values, includeReplies: 'true', includeRetweets: 'true' }, SAMPLE),
    ).toContain('Reads up to 1,000 posts, replies and reposts included, of @aurora_lab');
  });

  test('gives no time for a source whose pace is not known', () => {
    expect(sentence('scrape', values, { ...SAMPLE, pageMs: 0 })).toBe(
      'Reads up to 1,000 posts of @aurora_lab from the synthetic sample.',
    );
  });

  test('an archive needs no user', () => {
    expect(sentence('scrape', { maxTweets: '1', source: 'archive', archive: 'mine.zip' })).toBe(
      'Reads up to 1 post from the archive mine.zip.',
    );
  });

  test('asks for what is missing or no number', () => {
    expect(sentence('scrape', { ...values, username: ' ' })).toStartWith('Enter a username');
    expect(sentence('scrape', { ...values, maxTweets: '1e' })).toStartWith(
      'Enter the number of posts',
    );
    expect(sentence('scrape', { ...values, maxTweets: '0' })).toStartWith(
      'Enter the number of posts',
    );
  });
});

describe('search', () => {
  const values = { query: 'space, jazz ,tea', maxTweets: '100', mode: 'latest' };

  test('says which posts, how far back and what then', () => {
    expect(sentence('search', { ...values, days: '7', embed: 'true' }, SAMPLE)).toBe(
      'Reads up to 100 latest posts about “space”, “jazz” or “tea” of the last 7 days from the synthetic sample, about 1 s, then embeds them.',
    );
  });

  test('knows the other mode', () => {
    expect(sentence('search', { ...values, mode: 'top' })).toContain('100 top posts');
  });

  test('asks for terms', () => {
    expect(sentence('search', { ...values, query: ' , ' })).toStartWith('Enter one or more terms');
  });
});

test('discover says whether the profiles are kept', () => {
  const values = { query: 'climbing coach', maxResults: '20' };
  expect(sentence('discover', { ...values, save: 'true' }, SAMPLE)).toBe(
    'Finds up to 20 profiles for “climbing coach” from the synthetic sample, about 1 s, and keeps them.',
  );
  expect(sentence('discover', { ...values, save: 'false' })).toEndWith('without keeping them.');
  expect(sentence('discover', { maxResults: '20' })).toStartWith('Enter what to look for');
});

test('embed says how much waits', () => {
  expect(sentence('embed', { waiting: '1240', model: 'MiniLM', batchSize: '32' })).toBe(
    'Embeds 1,240 posts without a vector with MiniLM, 32 at a time.',
  );
  expect(sentence('embed', { waiting: '0' })).toStartWith('Every post has a vector.');
  expect(sentence('embed', {})).toBe('Embeds every post without a vector.');
});

test('a type it does not know has no sentence', () => {
  expect(sentence('other', {})).toBe('');
});
