import { expect, test } from 'bun:test';
import { parseTrace, tracedCost } from '../../bench/queue/cost.ts';

const TRACE = `
812 1764347000.000100 pwrite64(12</tmp/x/xgpt.sqlite-wal>, ""..., 24, 0) = 24
812 1764347000.001000 pwrite64(12</tmp/x/xgpt.sqlite-wal>, ""..., 4096, 56) = 4096
813 1764347000.001500 fdatasync(12</tmp/x/xgpt.sqlite-wal> <unfinished ...>
812 1764347000.001600 pwrite64(11</tmp/x/xgpt.sqlite>, ""..., 4096, 0) = 4096
813 1764347000.001700 <... fdatasync resumed>) = 0
812 1764347000.002000 pwrite64(12</tmp/x/xgpt.sqlite-wal>, ""..., 24, 4152 <unfinished ...>
812 1764347000.002100 <... pwrite64 resumed>) = 24
812 1764347000.009000 fsync(12</tmp/x/xgpt.sqlite-wal>) = 0
`;

test('a trace tells what was written to the WAL and how often the disk was waited for', () => {
  const phase = { from: 1_764_347_000_000, to: 1_764_347_000_005, walGrowth: 0 };
  expect(tracedCost(parseTrace(TRACE), phase)).toEqual({ bytes: 4_144, fsyncs: 1 });
});
