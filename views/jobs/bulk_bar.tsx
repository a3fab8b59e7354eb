import type { BulkOutcome } from '../../src/jobs/engine/bulk.ts';
import { bulkText } from '../../src/text/job_text.ts';
import { urlTo } from '../../src/text/urls.ts';
import { attributeText } from '../forms/field.tsx';

export const BULK_VERBS = { retry: 'Retry', cancel: 'Cancel', remove: 'Remove' };

const ACTIONS = Object.entries(BULK_VERBS);

/**
 * The actions for the selected jobs of a list, inside the form with their checkboxes; and for all
 * matching jobs, which another page asks to confirm.
 */
export function BulkBar({ filter }: { filter: string }): JSX.Element {
  return (
    <div class="bulk" data-changes="remove">
      <fieldset class="bulk-chosen">
        <legend class="visually-hidden">Actions for the selected jobs</legend>
        <label class="needs-script">
          <input type="checkbox" id="choose-all" /> Select all
        </label>
        {ACTIONS.map(([action, word]) => (
          <button type="submit" name="action" value={action} class="quiet" safe>
            {word}
          </button>
        ))}
      </fieldset>
      <p class="bulk-all">
        All matching jobs:{' '}
        {ACTIONS.map(([action, word]) => (
          <a
            href={attributeText(urlTo(`/jobs/bulk?action=${action}${filter && `&${filter}`}`))}
            safe
          >
            {`${word} all…`}
          </a>
        ))}
      </p>
    </div>
  );
}

/** The outcome of a change of many jobs. */
export function BulkNote({ outcome }: { outcome: BulkOutcome }): JSX.Element {
  return (
    <p class="result bulk-note" role="status" safe>
      {bulkText(outcome)}
    </p>
  );
}
