import type { Job } from '../../src/jobs/job.ts';
import { nextLink } from '../../src/operations/words.ts';
import { count, counted, jobName } from '../../src/text/format.ts';
import { urlTo } from '../../src/text/urls.ts';
import { attributeText } from '../forms/field.tsx';
import { QuickForms } from '../forms/quick_form.tsx';
import { JobTable } from '../jobs/job_table.tsx';
import { resultHref } from '../jobs/result_href.ts';
import { StatusIcon } from '../jobs/status_icon.tsx';
import { Page } from '../layouts/page.tsx';
import { LivePart } from '../live_part.tsx';
import type { DashboardModel, Layout } from '../view_models.ts';
import { Beginnings } from './beginnings.tsx';
import { HoursChart } from './hours_chart.tsx';

export function DashboardPage({ layout, model }: { layout: Layout; model: DashboardModel }) {
  const empty = model.counts.posts === 0 && model.recent.length === 0;
  return (
    <Page title="Dashboard" current="/" layout={layout}>
      <h1 class="visually-hidden">Dashboard</h1>
      <LivePart id="dashboard" href={urlTo('/')} follow={empty} class="dashboard">
        {empty ? <Beginnings model={model} /> : <Instruments model={model} now={layout.now} />}
      </LivePart>
    </Page>
  );
}

/** The forms are between the live parts, because someone may be typing in them. */
function Instruments({ model, now }: { model: DashboardModel; now: Date }): JSX.Element {
  const busy = model.recent.some((job) => job.completedAt === undefined);
  return (
    <>
      <section id="state" class="panel state" aria-label="Collected so far">
        <Counters model={model} />
        <NextSteps model={model} />
      </section>
      {model.counts.posts === 0 && !busy ? (
        <Beginnings model={model} />
      ) : (
        <QuickForms starts={model.starts} />
      )}
      <LivePart id="activity" href={urlTo('/')} busy={busy} also="state" class="activity">
        <HoursChart hours={model.hours} />
        <section class="last-jobs">
          <div class="page-head">
            <h2>Recent jobs</h2>
            <a class="small" href={urlTo('/history')}>
              History
            </a>
          </div>
          <JobTable jobs={model.recent} waitOf={model.waitOf} now={now} />
        </section>
      </LivePart>
    </>
  );
}

/** What can be done with what was collected: see it, embed it, find it. */
function NextSteps({ model }: { model: DashboardModel }): JSX.Element {
  const { counts, withoutVector, recent } = model;
  if (counts.posts === 0) return '';
  return (
    <ul class="next-steps" aria-label="Next steps">
      <SeeLast jobs={recent} posts={counts.posts} />
      <li data-changes={withoutVector > 0 ? 'remove' : undefined}>
        {withoutVector > 0 ? (
          <>
            <a href={urlTo('/embed')} safe>{`Embed ${counted(withoutVector, 'post')}`}</a>{' '}
            <span class="muted">to find them by meaning</span>
          </>
        ) : (
          <span class="muted">Every post is embedded</span>
        )}
      </li>
      <li>
        {counts.vectors > 0 ? (
          <a href={urlTo('/find?by=meaning')}>Find posts by meaning</a>
        ) : (
          <a href={urlTo('/find')}>Find posts by words</a>
        )}
      </li>
    </ul>
  );
}

/** The result of the job that ended last, or all posts. */
function SeeLast({ jobs, posts }: { jobs: Job[]; posts: number }): JSX.Element {
  const [last] = jobs.flatMap((job) => {
    const link = nextLink(job);
    return link && link.query.by === undefined ? [{ job, link }] : [];
  });
  const origin: string = last === undefined ? '' : `from ${jobName(last.job)}`;
  const href = last ? resultHref(last.link) : urlTo('/find');
  return (
    <li>
      <a href={attributeText(href)} safe>
        {last?.link.words ?? `See ${counted(posts, 'post')}`}
      </a>{' '}
      <span class="muted" safe>
        {origin}
      </span>
    </li>
  );
}

function Counters({ model: { counts, lastDay } }: { model: DashboardModel }): JSX.Element {
  return (
    <ul class="counters">
      <Counter href={urlTo('/find')} n={counts.posts} noun="post" />
      <Counter href={urlTo('/profiles')} n={counts.profiles} noun="profile" />
      <Counter href={urlTo('/embed')} n={counts.vectors} noun="vector" />
      <Counter
        href={urlTo('/jobs')}
        n={lastDay.jobs}
        noun="job"
        span=" in 24 h"
        failed={lastDay.failed}
      />
    </ul>
  );
}

interface CounterProps {
  href: string;
  n: number;
  noun: string;
  /** Over what time, after the noun. */
  span?: string;
  failed?: number;
}

function Counter({ href, n, noun, span = '', failed = 0 }: CounterProps): JSX.Element {
  return (
    <li class="counter">
      <a href={href}>
        <span class="counter-number" safe>
          {count(n)}
        </span>{' '}
        <span class="counter-label" safe>
          {`${n === 1 ? noun : `${noun}s`}${span}`}
        </span>
      </a>
      {failed > 0 && (
        <a class="counter-failed" href={urlTo('/jobs?status=failed')}>
          <StatusIcon status="failed" /> <span safe>{`${count(failed)} failed`}</span>
        </a>
      )}
    </li>
  );
}
