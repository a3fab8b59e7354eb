import { counted, exact } from '../../src/text/format.ts';
import { BulkBar } from '../jobs/bulk_bar.tsx';
import { BulkNote } from '../jobs/bulk_note.tsx';
import { JobFilter } from '../jobs/job_filter.tsx';
import { JobTable } from '../jobs/job_table.tsx';
import { Page } from '../layouts/page.tsx';
import { LivePart } from '../live_part.tsx';
import type { Frame, JobsModel } from '../view_models.ts';
import { PagesAround } from './pagination.tsx';

export function JobsPage({ frame, model }: { frame: Frame; model: JobsModel }): JSX.Element {
  const { jobs, query, types, outcome } = model;
  return (
    <Page title="Jobs" current="/jobs" frame={frame}>
      <div class="page-head">
        <h1>Jobs</h1>
        <ul class="ways">
          <li>
            <a href="/jobs?status=failed">Failed for good</a>
          </li>
          <li>
            <a href="/sessions">Sessions</a>
          </li>
          <li>
            <a href="/history">History</a>
          </li>
        </ul>
      </div>
      <JobFilter query={query} types={types} />
      {outcome ? <BulkNote outcome={outcome} /> : ''}
      <LivePart id="jobs" busy={jobs.some((job) => job.completedAt === undefined)}>
        {jobs.length > 0 ? <JobList model={model} now={frame.now} /> : <NoJobs model={model} />}
        <LookedBack model={model} />
        <PagesAround {...model} />
      </LivePart>
    </Page>
  );
}

function JobList({ model, now }: { model: JobsModel; now: Date }): JSX.Element {
  return (
    <form id="chosen" method="post" action="/api/jobs/bulk">
      <BulkBar filter={model.filter} />
      <JobTable jobs={model.jobs} now={now} choosable />
    </form>
  );
}

function LookedBack({ model: { jobs, lookedBackTo } }: { model: JobsModel }): JSX.Element {
  if (lookedBackTo === undefined) return '';
  const found = jobs.length === 0 ? 'none' : `only ${counted(jobs.length, 'job')}`;
  return (
    <p class="looked-back" role="status" safe>
      {`Found ${found} among those back to ${exact(lookedBackTo)}. There are older jobs to look through.`}
    </p>
  );
}

function NoJobs({ model: { filter, lookedBackTo } }: { model: JobsModel }): JSX.Element {
  if (lookedBackTo !== undefined) return '';
  if (filter !== '') {
    return (
      <p class="empty">
        No job matches. <a href="/jobs">Show all jobs</a>, or look at the{' '}
        <a href="/history">history</a> of those that were tidied away.
      </p>
    );
  }
  return (
    <p class="empty">
      No jobs yet, or the finished ones were tidied away. <a href="/scrape">Scrape a user</a> to
      start one.
    </p>
  );
}
