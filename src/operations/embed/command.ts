import { defineCommand } from '../operation.ts';

export default defineCommand({
  does: 'give a vector to every post that has none',
  options: {
    model: { does: 'which model' },
    batchSize: { name: 'batch', does: 'texts at once, 1 to 256 (default: 32)' },
  },
  examples: [['xgpt embed --batch 64', 'a larger batch: faster, in larger steps']],
});
