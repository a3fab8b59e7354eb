import { counted } from '../../src/text/format.ts';
import { urlTo } from '../../src/text/urls.ts';
import { TextFacts } from '../facts.tsx';
import { attributeText } from '../forms/field.tsx';
import { BULK_VERBS } from '../jobs/bulk_bar.tsx';
import { Page } from '../layouts/page.tsx';
import type { BulkModel, Layout } from '../view_models.ts';

/** Asks to confirm an action for all matching jobs. */
export function BulkPage({ layout, model }: { layout: Layout; model: BulkModel }): JSX.Element {
  const { action, open, kept = 0 } = model;
  const verb = BULK_VERBS[action];
  const title =
    open === 0 ? `Nothing to ${verb.toLowerCase()}` : `${verb} ${counted(open, 'job')}?`;
  return (
    <Page title={title} current="/jobs" layout={layout}>
      <div class="confirm">
        <h1 safe>{title}</h1>
        <p safe>{matches(model)}</p>
        {skippedOf(model) > 0 && <p safe>{skipped(model)}</p>}
        {kept > 0 && <p safe>{pinnedText(kept)}</p>}
        {open > 0 && <p safe>{CONSEQUENCES[action]}</p>}
        <TextFacts facts={filterFacts(model)} />
        <form
          method="post"
          action={urlTo('/api/jobs/bulk')}
          class="form-actions"
          data-changes="explain"
        >
          <input type="hidden" name="action" value={action} />
          <input type="hidden" name="filter" value={attributeText(model.filter)} />
          {open > 0 && (
            <button type="submit" class="primary" safe>
              {`${verb} ${counted(open, 'job')}`}
            </button>
          )}
          <a class="button" href={attributeText(model.backHref)}>
            Back to the list
          </a>
        </form>
      </div>
    </Page>
  );
}

const CONSEQUENCES = {
  cancel:
    'Waiting jobs end at once; running jobs stop at their next checkpoint. What they collected is kept.',
  retry:
    'The jobs are queued again. Failed and cancelled jobs resume where they stopped; completed jobs start from the beginning.',
  remove: 'The jobs are removed permanently. What they collected is kept, and so is the history.',
};

const SKIPPED = {
  cancel: 'have ended or are being cancelled',
  retry: 'are active or were run by another program',
  remove: 'are active. Cancel them first',
};

function matches({ query, matching }: BulkModel): string {
  const filtered = Object.values(query).some(Boolean);
  return filtered
    ? `${counted(matching, 'job matches', 'jobs match')} the filter now.`
    : `No filter is set. This applies to all ${counted(matching, 'job')}.`;
}

function skippedOf({ matching, open, kept = 0 }: BulkModel): number {
  return matching - open - kept;
}

function pinnedText(kept: number): string {
  return `${counted(kept, 'of them is pinned and stays', 'of them are pinned and stay')}. Remove pinned jobs one by one, or unpin them.`;
}

function skipped(model: BulkModel): string {
  const { action } = model;
  return `${counted(skippedOf(model), 'of them', 'of them')} will be skipped: they ${SKIPPED[action]}.`;
}

const LABELS: Record<keyof BulkModel['query'], string> = {
  status: 'Status',
  failure: 'Reason for failure',
  type: 'Type',
  q: 'Words',
  session: 'Session',
  since: 'Created since',
  until: 'Created before',
};

function filterFacts({ query }: BulkModel): [label: string, text: string][] {
  const given = Object.entries(query).filter(([, text]) => text !== '');
  return given.map(([name, text]) => [LABELS[name as keyof BulkModel['query']], text]);
}
