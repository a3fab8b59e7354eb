import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeLargeArchive } from './large_archive.ts';
import { readAlone } from './read_archive.ts';
import type { SourceBench } from './source_bench.ts';

/** "The library alone" is yauzl with @streamparser/json. */
const bench: SourceBench = {
  name: 'X archive of 2 GB',
  unit: 'posts',
  items: 1_060_000,
  maxMemoryMb: 500,

  async prepare(items) {
    const dataDir = mkdtempSync(join(tmpdir(), 'xgpt-bench-archive-'));
    const path = join(dataDir, 'imports', 'archive.zip');
    mkdirSync(join(dataDir, 'imports'));
    await writeLargeArchive(path, items);
    const input = {
      source: 'archive',
      archive: 'archive.zip',
      includeReplies: 'true',
      includeRetweets: 'true',
    };
    return {
      env: { XGPT_DATA_DIR: dataDir },
      jobs: [{ type: 'scrape', input }],
      bare: () => readAlone(path),
      stop: async () => rmSync(dataDir, { recursive: true, force: true }),
    };
  },
};

export default bench;
