import { defineCommand } from '../operation.ts';

export default defineCommand({
  parent: 'users',
  does: 'find people by bio or keywords',
  argument: { name: '<query...>', field: 'query', does: 'words of their bios' },
  options: {
    maxResults: { name: 'max' },
    save: { does: 'keep the profiles (the default)', not: 'only list them' },
    scrape: { does: 'read the posts of each of them as well' },
    maxTweets: { name: 'posts', does: 'posts of each at most (default: 100)' },
    source: { does: 'where to read it: sample (the default)' },
  },
  examples: [
    ['xgpt users discover climbing coach', 'their usernames, one a line'],
    ['xgpt users discover jazz --max 5 --scrape', 'and their posts, one job for each'],
  ],
});
