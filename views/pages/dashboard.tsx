import { count } from '../../src/text/format.ts';
import { urlTo } from '../../src/text/urls.ts';
import { PostForm } from '../forms/post_form.tsx';
import { QuickForms } from '../forms/quick_form.tsx';
import { JobTable } from '../jobs/job_table.tsx';
import { StatusIcon } from '../jobs/status_icon.tsx';
import { Page } from '../layouts/page.tsx';
import { LivePart } from '../live_part.tsx';
import type { DashboardModel, Layout } from '../view_models.ts';
import { HoursChart } from './hours_chart.tsx';

export function DashboardPage({ layout, model }: { layout: Layout; model: DashboardModel }) {
  const empty = model.counts.posts === 0 && model.recent.length === 0;
  return (
    <Page title="Dashboard" current="/" layout={layout}>
      <h1 class="visually-hidden">Dashboard</h1>
      <LivePart id="dashboard" href={urlTo('/')} follow={empty} class="dashboard">
        {empty ? <FirstJob /> : <Instruments model={model} now={layout.now} />}
      </LivePart>
    </Page>
  );
}

/** Shown before the first job: one sentence, one button. */
function FirstJob(): JSX.Element {
  return (
    <div class="first-job">
      <p>
        xgpt collects posts, embeds them and finds them again by meaning. The sample user is
        synthetic and needs no account.
      </p>
      <PostForm action={urlTo('/api/scrape')} target="find .form-result">
        <input type="hidden" name="username" value="aurora_lab" />
        <input type="hidden" name="maxTweets" value="200" />
        <button type="submit" class="primary">
          Scrape the sample user
        </button>
        <div class="form-result" />
      </PostForm>
    </div>
  );
}

function Instruments({ model, now }: { model: DashboardModel; now: Date }): JSX.Element {
  const busy = model.recent.some((job) => job.completedAt === undefined);
  return (
    <>
      <LivePart id="activity" href={urlTo('/')} busy={busy} class="activity">
        <Counters model={model} />
        <HoursChart hours={model.hours} />
        <section class="last-jobs">
          <div class="page-head">
            <h2>Recent jobs</h2>
            <a class="small" href={urlTo('/history')}>
              History
            </a>
          </div>
          <JobTable jobs={model.recent} now={now} />
        </section>
      </LivePart>
      <QuickForms starts={model.starts} />
    </>
  );
}

function Counters({ model: { counts, lastDay } }: { model: DashboardModel }): JSX.Element {
  return (
    <ul class="counters">
      <Counter href={urlTo('/find')} n={counts.posts} label="posts" />
      <Counter href={urlTo('/profiles')} n={counts.profiles} label="profiles" />
      <Counter href={urlTo('/embed')} n={counts.vectors} label="vectors" />
      <Counter
        href={urlTo('/jobs')}
        n={lastDay.jobs}
        label="jobs in 24 h"
        failed={lastDay.failed}
      />
    </ul>
  );
}

interface CounterProps {
  href: string;
  n: number;
  label: string;
  failed?: number;
}

function Counter({ href, n, label, failed = 0 }: CounterProps): JSX.Element {
  return (
    <li class="counter">
      <a href={href}>
        <span class="counter-number" safe>
          {count(n)}
        </span>{' '}
        <span class="counter-label" safe>
          {label}
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
