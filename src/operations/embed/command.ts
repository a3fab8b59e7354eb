import { defineCommand } from '../operation.ts';

export default defineCommand({
  does: 'give a vector to every post that has none',
  options: {
    model: { does: 'model to embed with' },
    batchSize: { name: 'batch', does: 'posts to embed at a time' },
  },
  examples: [['xgpt embed --batch 64', 'larger batches are faster, but cancel later']],
});
