import { expect, test } from 'bun:test';
import { decodePlace, encodePlace } from '../../src/jobs/job_events.ts';
import { setup } from '../support/jobs.ts';

test('the feed of all jobs begins with all that are active, also with those that were moved to the front', async () => {
  const { tracker } = setup();
  const ids: string[] = [];
  for (const query of ['a', 'b', 'c']) ids.push((await tracker.enqueue('scrape', { query })).id);
  for (const id of ids) await tracker.moveToFront(id);
  const told: string[] = [];
  let place = await tracker.events.start();
  for (let isMore = true; isMore; ) {
    const page = await tracker.events.after(place, 2);
    for (const event of page?.events ?? []) if (event.kind === 'upsert') told.push(event.job.id);
    const next = page && decodePlace(encodePlace(page.next));
    if (!next) throw new Error('The place cannot be read.');
    place = next;
    isMore = page.isMore;
  }
  expect(told).toEqual(ids.toReversed());
});
