import type { BulkOutcome } from '../../src/jobs/engine/bulk.ts';
import { bulkText } from '../../src/text/bulk_text.ts';

/** What was done to many jobs at once. */
export function BulkNote({ outcome }: { outcome: BulkOutcome }): JSX.Element {
  return (
    <p class="result bulk-note" role="status" safe>
      {bulkText(outcome)}
    </p>
  );
}
