import { repetitionText } from '../text/schedule_text.ts';
import { Collector } from './collector.ts';
import { readDueCron, readZone } from './cron.ts';
import { cronOf, type Repetition } from './repetition.ts';
import type { DuePreview } from './schedule.ts';

/** How many due times are shown before a schedule is saved. */
const SHOWN = 3;

/**
 * When a repetition would be due.
 * @param now in ms since 1970.
 * @throws InvalidInput that names everything that is wrong.
 */
export async function previewOf(
  { timeZone: typedZone, ...typed }: Repetition & { timeZone?: unknown },
  now: number,
): Promise<DuePreview> {
  const found = new Collector();
  const timeZone = (await found.check(() => readZone(typedZone))) ?? 'UTC';
  const cron = (await found.check(() => cronOf(typed))) ?? '';
  const read = cron && (await found.check(() => readDueCron(cron, timeZone, now)));
  found.finish();
  const dueAt: Date[] = [];
  for (let at = now; read && dueAt.length < SHOWN; ) {
    const next = read.next(at);
    if (next === undefined) break;
    dueAt.push(new Date(next));
    at = next;
  }
  return { cron, repeats: repetitionText(cron), timeZone, dueAt };
}
