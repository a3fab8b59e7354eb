import type { BulkOutcome } from '../jobs/engine/bulk.ts';
import { counted } from './format.ts';

const DONE = { cancel: 'cancelled', retry: 'put back into the line', remove: 'removed' };

const WHY = {
  cancel: 'ended already, or gone',
  retry: 'active, gone, or run by another program',
  remove: 'active, or gone',
};

/** What was done to many jobs at once, in a sentence or two. */
export function bulkText({ action, done, skipped }: BulkOutcome): string {
  const left =
    skipped === 0 ? '' : ` ${counted(skipped, 'job was', 'jobs were')} skipped: ${WHY[action]}.`;
  return `${counted(done, 'job')} ${DONE[action]}.${left}`;
}
