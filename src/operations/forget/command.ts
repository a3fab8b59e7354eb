import { defineCommand } from '../operation.ts';

export default defineCommand({
  does: 'delete an author and everything of theirs',
  needsData: true,
  argument: { name: '<user>', field: 'username', does: 'the author, with or without @' },
  options: {
    source: { does: 'where the author is from: sample, bluesky, x or archive' },
    onlyCount: { name: 'dry-run', does: 'only count what would be deleted' },
  },
  examples: [
    ['xgpt forget aurora_lab --dry-run', 'how much there is to delete'],
    ['xgpt forget aurora_lab', 'delete it; Ctrl+C stops after the present 100 posts'],
  ],
});
