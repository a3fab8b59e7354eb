import { defineCommand } from '../operation.ts';

export default defineCommand({
  does: 'read posts on a topic',
  argument: { name: '<terms...>', field: 'query', does: 'one or more terms, separated by commas' },
  options: {
    maxTweets: { name: 'max', does: 'maximum number of posts' },
    mode: { does: 'order of the posts' },
    source: { does: 'where to read from: sample, bluesky or x' },
  },
  examples: [
    ['xgpt search space, jazz', 'posts that contain one of the terms'],
    ['xgpt search telescope --days 30 --mode top', 'the most popular of the last 30 days'],
  ],
});
