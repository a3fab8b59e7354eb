import type { Job } from '../../src/jobs/job.ts';
import { attributeText } from '../forms/field.tsx';
import { JobTable } from '../jobs/job_table.tsx';
import { Page } from '../layouts/page.tsx';
import { LivePart } from '../live_part.tsx';
import type { Frame, JobsModel } from '../view_models.ts';
import { NextPage } from './next_page.tsx';

const STATUSES = [
  'queued',
  'running',
  'retrying',
  'cancelling',
  'completed',
  'failed',
  'cancelled',
] satisfies Job['status'][];

export function JobsPage({ frame, model }: { frame: Frame; model: JobsModel }): JSX.Element {
  const { jobs, query, types, nextHref } = model;
  return (
    <Page title="Jobs" current="/jobs" frame={frame}>
      <h1>Jobs</h1>
      <JobFilter query={query} types={types} />
      <LivePart id="jobs" busy={jobs.some((job) => job.completedAt === undefined)}>
        {jobs.length > 0 ? <JobTable jobs={jobs} now={frame.now} /> : <NoJobs query={query} />}
        <NextPage href={nextHref} label="Older jobs" />
      </LivePart>
    </Page>
  );
}

function JobFilter({ query, types }: Pick<JobsModel, 'query' | 'types'>): JSX.Element {
  return (
    <search>
      <form class="filter" method="get" action="/jobs">
        <Choice name="status" label="Status" all="every status" options={STATUSES} query={query} />
        <Choice name="type" label="Type" all="every type" options={types} query={query} />
        <Words name="q" label="Words" query={query} />
        <Words name="session" label="Session" query={query} />
        <button type="submit">Show</button>
      </form>
    </search>
  );
}

interface FilterFieldProps {
  name: keyof JobsModel['query'];
  label: string;
  query: JobsModel['query'];
}

function Choice(props: FilterFieldProps & { all: string; options: string[] }): JSX.Element {
  const { name, label, query, all, options } = props;
  return (
    <div class="field">
      <label for={name} safe>
        {label}
      </label>
      <select id={name} name={name}>
        <option value="" safe>
          {all}
        </option>
        {options.map((option) => (
          <option value={option} selected={option === query[name]} safe>
            {option}
          </option>
        ))}
      </select>
    </div>
  );
}

function Words({ name, label, query }: FilterFieldProps): JSX.Element {
  return (
    <div class="field">
      <label for={name} safe>
        {label}
      </label>
      <input
        type="search"
        id={name}
        name={name}
        value={attributeText(query[name])}
        maxlength={100}
      />
    </div>
  );
}

function NoJobs({ query }: { query: JobsModel['query'] }): JSX.Element {
  const filtered = Object.values(query).some(Boolean);
  if (filtered) {
    return (
      <p class="empty">
        No job matches. <a href="/jobs">Show all jobs</a>
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
