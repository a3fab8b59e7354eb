import { defineCommand } from '../operation.ts';

export default defineCommand({
  does: 'read posts on a topic',
  argument: { name: '<terms...>', field: 'query', does: 'one or more, separated by commas' },
  options: {
    maxTweets: { name: 'max' },
    days: { does: 'nothing older than so many days' },
    mode: { does: 'latest or top (default: latest)' },
    embed: { does: 'give every post found a vector as well' },
    source: { does: 'where to read it: sample (the default)' },
  },
  examples: [
    ['xgpt search space, jazz', 'posts with one of the terms'],
    ['xgpt search telescope --days 30 --mode top', 'the most popular of a month'],
  ],
});
