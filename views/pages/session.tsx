import { count, counted, percent } from '../../src/text/format.ts';
import { urlTo } from '../../src/text/urls.ts';
import { attributeText } from '../forms/field.tsx';
import { BulkNote } from '../jobs/bulk_bar.tsx';
import { JobTable } from '../jobs/job_table.tsx';
import { StatusCounts } from '../jobs/status_counts.tsx';
import { Page } from '../layouts/page.tsx';
import { LivePart } from '../live_part.tsx';
import type { Layout, SessionModel } from '../view_models.ts';
import { PreviousAndNext } from './pagination.tsx';

/** The jobs of a session: a summary, then the list. */
export function SessionPage({
  layout,
  model,
}: {
  layout: Layout;
  model: SessionModel;
}): JSX.Element {
  const { id, summary, jobs, outcome } = model;
  return (
    <Page title={`Session ${id}`} current="/jobs" layout={layout}>
      {outcome ? <BulkNote outcome={outcome} /> : ''}
      <LivePart id="session" busy={isBusy(summary)} class="session">
        <h1>
          Session <span safe>{id}</span>
        </h1>
        <Summary summary={summary} />
        <h2 safe>{counted(summary.jobs, 'job')}</h2>
        <JobTable jobs={jobs} waitOf={model.waitOf} now={layout.now} session={id} />
        <PreviousAndNext {...model} />
        <p class="small">
          <a href={urlTo('/sessions')}>All sessions</a>
        </p>
        <DeleteSession id={id} />
      </LivePart>
    </Page>
  );
}

/** A plain form: the server redirects to the list. Folded, because it removes all of them. */
function DeleteSession({ id }: { id: string }): JSX.Element {
  return (
    <details class="report-undo" data-changes="remove">
      <summary>Delete session…</summary>
      <form
        method="post"
        action={attributeText(urlTo(`/api/sessions/${encodeURIComponent(id)}/remove`))}
      >
        <p>
          Its jobs are kept until then. This removes those that have ended, but not pinned ones.
          What they collected stays.
        </p>
        <button type="submit">Delete session</button>
      </form>
    </details>
  );
}

function isBusy({ jobs, byStatus }: SessionModel['summary']): boolean {
  const { completed = 0, failed = 0, cancelled = 0 } = byStatus;
  return completed + failed + cancelled < jobs;
}

function Summary({ summary }: { summary: SessionModel['summary'] }): JSX.Element {
  const { current, total } = summary.progress;
  return (
    <div class="session-summary panel">
      <StatusCounts byStatus={summary.byStatus} />
      {total > 0 && (
        <div class="session-progress">
          <progress value={current} max={total} aria-label="Progress of the session" />
          <span safe>{`${count(current)} / ${count(total)} · ${percent(current, total)}`}</span>
        </div>
      )}
    </div>
  );
}
