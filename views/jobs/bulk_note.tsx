import type { BulkOutcome } from '../../src/jobs/bulk.ts';
import { counted } from '../format.ts';

/** What was done to many jobs at once. */
export function BulkNote({ outcome }: { outcome: BulkOutcome }): JSX.Element {
  return (
    <p class="result bulk-note" role="status" safe>
      {sentence(outcome)}
    </p>
  );
}

function sentence({ action, done, skipped }: BulkOutcome): string {
  const left =
    skipped === 0 ? '' : ` ${counted(skipped, 'job was', 'jobs were')} skipped: ${WHY[action]}.`;
  return `${counted(done, 'job')} ${DONE[action]}.${left}`;
}

const DONE = { cancel: 'cancelled', retry: 'put back into the line', remove: 'removed' };

const WHY = {
  cancel: 'ended already, or gone',
  retry: 'active, gone, or run by another program',
  remove: 'active, or gone',
};
