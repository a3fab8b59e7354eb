import { counted } from '../../src/text/format.ts';
import { urlTo } from '../../src/text/urls.ts';
import { BulkBar, BulkNote } from '../jobs/bulk_bar.tsx';
import { JobFilter } from '../jobs/job_filter.tsx';
import { JobTable } from '../jobs/job_table.tsx';
import { JobTabs } from '../jobs/job_tabs.tsx';
import { Page } from '../layouts/page.tsx';
import { LivePart } from '../live_part.tsx';
import { relativeTime } from '../time.tsx';
import type { JobsModel, Layout } from '../view_models.ts';
import { PreviousAndNext } from './pagination.tsx';

export function JobsPage({ layout, model }: { layout: Layout; model: JobsModel }): JSX.Element {
  const { jobs, query, types, outcome } = model;
  return (
    <Page title="Jobs" current="/jobs" layout={layout} hasMoments>
      <div class="page-head">
        <h1>Jobs</h1>
        <ul class="page-links">
          <li>
            <a href={urlTo('/schedules')}>Schedules</a>
          </li>
          <li>
            <a href={urlTo('/sessions')}>Sessions</a>
          </li>
          <li>
            <a href={urlTo('/history')}>History</a>
          </li>
          <li>
            <a href={urlTo('/workers')}>Workers</a>
          </li>
          <li>
            <a href={urlTo('/audit')}>Audit trail</a>
          </li>
          <li>
            <a href={urlTo('/webhooks')}>Webhooks</a>
          </li>
        </ul>
      </div>
      {hasNoJobs(model) ? '' : <JobFilter query={query} types={types} />}
      {outcome ? <BulkNote outcome={outcome} /> : ''}
      <LivePart id="jobs" busy={jobs.some((job) => job.completedAt === undefined)}>
        {hasNoJobs(model) ? <NoJobsYet /> : <FilteredJobs model={model} now={layout.now} />}
      </LivePart>
    </Page>
  );
}

/** Before the first job there is nothing to filter. */
function hasNoJobs({ jobs, filter, tabs, lookedBackTo }: JobsModel): boolean {
  const known = tabs.reduce((sum, tab) => sum + tab.jobs, 0);
  return jobs.length + known === 0 && filter === '' && lookedBackTo === undefined;
}

function NoJobsYet(): JSX.Element {
  return (
    <p class="empty">
      No jobs yet, or the finished ones were removed. <a href={urlTo('/scrape')}>Scrape a user</a>{' '}
      to start one.
    </p>
  );
}

function FilteredJobs({ model, now }: { model: JobsModel; now: Date }): JSX.Element {
  return (
    <>
      <JobTabs tabs={model.tabs} />
      {model.jobs.length > 0 ? <JobList model={model} now={now} /> : <NoMatch model={model} />}
      <SearchedBack model={model} now={now} />
      <PreviousAndNext {...model} />
    </>
  );
}

function JobList({ model, now }: { model: JobsModel; now: Date }): JSX.Element {
  return (
    <form id="chosen" method="post" action={urlTo('/api/jobs/bulk')} data-changes="unwrap">
      <BulkBar filter={model.filter} />
      <JobTable jobs={model.jobs} waitOf={model.waitOf} now={now} choosable />
    </form>
  );
}

function SearchedBack({ model, now }: { model: JobsModel; now: Date }): JSX.Element {
  const { jobs, lookedBackTo } = model;
  if (lookedBackTo === undefined) return '';
  const found = jobs.length === 0 ? 'no jobs' : `only ${counted(jobs.length, 'job')}`;
  return (
    <p class="looked-back" role="status">
      <span safe>{`Found ${found}, searching back to `}</span>
      {relativeTime(lookedBackTo, now)}. Older jobs were not searched yet.
    </p>
  );
}

function NoMatch({ model: { lookedBackTo } }: { model: JobsModel }): JSX.Element {
  if (lookedBackTo !== undefined) return '';
  return (
    <p class="empty">
      No jobs match. <a href={urlTo('/jobs')}>Show all jobs</a>, or see the{' '}
      <a href={urlTo('/history')}>history</a> for jobs that were removed.
    </p>
  );
}
