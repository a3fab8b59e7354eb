import { defineCommand } from '../operation.ts';

export default defineCommand({
  does: 'embed posts that have no vector yet',
  options: {
    model: { does: 'model to embed with' },
    batchSize: { name: 'batch', does: 'posts to embed at a time' },
  },
  examples: [['xgpt embed --batch 64', 'larger batches are faster, but take longer to cancel']],
});
