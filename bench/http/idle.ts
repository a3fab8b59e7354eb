import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { cpuShare } from '../suite/cpu.ts';
import type { Figures, Setting } from '../suite/suite.ts';
import { startXgpt } from '../suite/xgpt_server.ts';
import { openTaskbarStream } from './stream.ts';

const STREAMS = 100;
const SETTLE_MS = 3_000;

/** The CPU use of an idle server, with and without open streams. */
export async function measureIdle({ folder, quick }: Setting): Promise<Figures> {
  const ms = quick ? 2_000 : 20_000;
  const [quiet, watched] = await Promise.all(
    ['quiet', 'watched'].map((name) => startIn(folder, name)),
  );
  if (!quiet || !watched) throw new Error('The servers did not start.');
  const open = Array.from({ length: STREAMS }, () => openTaskbarStream(watched.url));
  const streams = await Promise.all(open);
  await Bun.sleep(SETTLE_MS);
  const [none, hundred] = await Promise.all([cpuShare(quiet.pid, ms), cpuShare(watched.pid, ms)]);
  for (const stream of streams) stream.leave();
  await Promise.all([quiet.stop(), watched.stop()]);
  return { none: none ?? Number.NaN, hundred: hundred ?? Number.NaN };
}

function startIn(folder: string, name: string) {
  const own = join(folder, name);
  mkdirSync(own);
  return startXgpt(own);
}
