/**
 * How fast an archive is imported, and with how much memory: `bun bench/sources/archive.ts [MB]` (2,000 by
 * default, which needs 2 GB in the temporary folder). The ceiling is a bare reader of the same file: yauzl
 * and @streamparser/json, which parse every post once, check nothing and store nothing.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnChild } from '../suite/children.ts';
import { writeLargeArchive } from './large_archive.ts';
import type { Measured } from './peak.ts';

const MIN_RATIO = 0.5;
const MAX_PEAK_MB = 500;

export interface ArchiveRow {
  ours: Measured;
  bare: Measured;
  /** Unpacked size of the posts, in MB. */
  megabytes: number;
}

/** Imports an archive of that size, in MB, and reads the same file with the bare reader. */
export async function measureArchive(megabytes: number): Promise<ArchiveRow> {
  const folder = await mkdtemp(join(tmpdir(), 'xgpt-bench-'));
  try {
    const path = join(folder, 'archive.zip');
    await writeLargeArchive(path, megabytes * 1e6);
    const ours = await run('import_archive.ts', folder, 'archive.zip');
    const bare = await run('read_archive.ts', path);
    if (ours.posts !== bare.posts) {
      throw new Error(`${ours.posts} of ${bare.posts} posts were imported.`);
    }
    return { ours, bare, megabytes };
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function run(script: string, ...args: string[]): Promise<Measured> {
  const child = spawnChild([process.execPath, join(import.meta.dir, script), ...args], {});
  const output = await new Response(child.stdout).text();
  if ((await child.exited) !== 0) throw new Error(`${script} has failed.`);
  return JSON.parse(output) as Measured;
}

function print({ ours, bare, megabytes }: ArchiveRow): void {
  const ratio = bare.seconds / ours.seconds;
  const cpuRatio = bare.cpuSeconds / ours.cpuSeconds;
  const rate = ({ seconds }: Measured) => `${(megabytes / seconds).toFixed(0)} MB/s`;
  const verdict = ratio >= MIN_RATIO && ours.peakMb <= MAX_PEAK_MB ? 'ok' : 'over the limit';
  console.log('| X archive | import | bare reader | ratio | ratio of CPU | peak memory | |');
  console.log('| --- | ---: | ---: | ---: | ---: | ---: | --- |');
  console.log(
    `| ${megabytes} MB, ${ours.posts} posts | ${rate(ours)} | ${rate(bare)} | ${ratio.toFixed(2)} ` +
      `| ${cpuRatio.toFixed(2)} | ${ours.peakMb.toFixed(0)} MB | ${verdict} |`,
  );
}

if (import.meta.main) print(await measureArchive(Number(process.argv[2] ?? 2000)));
