import { defineCommand } from '../operation.ts';

export default defineCommand({
  does: 'embed posts that have no vector yet',
  options: {
    model: { does: 'model to embed with' },
    batchSize: { name: 'batch', does: 'posts to save at a time' },
  },
  examples: [['xgpt embed --batch 8', 'saves more often, so that a cancel loses less']],
});
