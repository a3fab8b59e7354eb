import { defineCommand } from '../operation.ts';

export default defineCommand({
  parent: 'users',
  does: 'find people by bio or keywords',
  argument: { name: '<query...>', field: 'query', does: 'words from their bios' },
  options: {
    maxResults: { name: 'max', does: 'maximum number of profiles' },
    save: { not: 'only list the profiles' },
    maxTweets: { name: 'posts', does: 'with --scrape, maximum number of posts of each' },
    source: { does: 'where to read from: sample, bluesky or x' },
  },
  examples: [
    ['xgpt users discover climbing coach', 'their usernames, one per line'],
    ['xgpt users discover jazz --max 5 --scrape', 'and scrape each profile as a separate job'],
  ],
});
