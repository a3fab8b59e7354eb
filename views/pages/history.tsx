import type { TypeHistory } from '../../src/jobs/history.ts';
import { head } from '../../src/text/cut.ts';
import { count, counted, runTime } from '../../src/text/format.ts';
import { urlTo } from '../../src/text/urls.ts';
import { attributeText } from '../forms/field.tsx';
import { Page } from '../layouts/page.tsx';
import type { HistoryModel, HistorySpan, Layout } from '../view_models.ts';
import { DurationChart, EndsChart } from './history_charts.tsx';
import { HistoryTable, periodName } from './history_table.tsx';

const SPANS: Record<HistorySpan, string> = {
  day: 'Day, by hour',
  week: 'Week',
  month: 'Month',
  quarter: 'Quarter',
};

/** The longest text that the filter of jobs takes, in UTF-16 code units. */
const MAX_WORDS = 200;

/** How many reasons are listed; the others are counted. */
const TOP_REASONS = 5;

/** The history of each job type: numbers of runs, durations, and reasons for failures. */
export function HistoryPage({
  layout,
  model,
}: {
  layout: Layout;
  model: HistoryModel;
}): JSX.Element {
  const { history } = model;
  return (
    <Page title="History" current="/jobs" layout={layout}>
      <h1>History</h1>
      <Choices model={model} />
      <p class="total" safe>
        {`Runs that ended from ${periodName(history.since, 'hour')} to now, in UTC. The history is kept for a year, even after the jobs are removed.`}
      </p>
      {history.types.length === 0 && (
        <p class="empty">
          No job ended in this period. <a href={urlTo('/jobs')}>Show all jobs</a>.
        </p>
      )}
      {history.types.map((type) => (
        <TypeSection type={type} by={history.by} />
      ))}
    </Page>
  );
}

function Choices({ model: { span, type, types } }: { model: HistoryModel }): JSX.Element {
  return (
    <nav class="choices" aria-label="Period and type">
      <ul>
        {(Object.keys(SPANS) as HistorySpan[]).map((name) => (
          <Choice href={hrefOf(name, type)} current={name === span} words={SPANS[name]} />
        ))}
      </ul>
      <ul>
        <Choice href={hrefOf(span, undefined)} current={type === undefined} words="All types" />
        {types.map((name) => (
          <Choice href={hrefOf(span, name)} current={name === type} words={name} />
        ))}
      </ul>
    </nav>
  );
}

function hrefOf(span: HistorySpan, type: string | undefined): string {
  return urlTo(`/history?${new URLSearchParams({ span, ...(type && { type }) })}`);
}

function Choice({ href, current, words }: { href: string; current: boolean; words: string }) {
  return (
    <li>
      <a href={attributeText(href)} aria-current={current ? 'true' : undefined} safe>
        {words}
      </a>
    </li>
  );
}

function TypeSection({ type, by }: { type: TypeHistory; by: HistoryModel['history']['by'] }) {
  return (
    <section class="history-type panel">
      <h2 safe>{type.type}</h2>
      <p safe>{inWords(type)}</p>
      <div class="history-charts">
        <EndsChart periods={type.periods} by={by} />
        <DurationChart periods={type.periods} by={by} />
      </div>
      <Reasons type={type} />
      <details>
        <summary>
          Numbers by {by}
          <span class="visually-hidden" safe>
            {` of ${type.type}`}
          </span>
        </summary>
        <HistoryTable type={type} by={by} />
        {type.periods.some(({ approximate }) => approximate) && (
          <p class="field-help">≈ Of many runs, within 10 %. Of few runs, times are exact.</p>
        )}
      </details>
    </section>
  );
}

function inWords(type: TypeHistory): string {
  const { completed, failed, cancelled, medianMs, p95Ms, approximate } = type;
  const runs = completed + failed + cancelled;
  const share = failed === 0 ? '' : ` (${((failed / runs) * 100).toFixed(1)} %)`;
  const counts = `${counted(runs, 'run')}: ${count(completed)} completed, ${count(failed)} failed${share}, ${count(cancelled)} cancelled.`;
  if (medianMs === undefined || p95Ms === undefined) return counts;
  const about = approximate ? 'about ' : '';
  if (completed === 1) return `${counts} The completed run took ${about}${runTime(medianMs)}.`;
  return `${counts} Half of the completed runs took up to ${about}${runTime(medianMs)}, 95 % up to ${about}${runTime(p95Ms)}.`;
}

function Reasons({ type: { type, reasons } }: { type: TypeHistory }): JSX.Element {
  const named = reasons.filter(({ reason }) => reason !== '');
  const top = named.slice(0, TOP_REASONS);
  const rest = reasons.filter((entry) => !top.includes(entry));
  const others = rest.reduce((sum, entry) => sum + entry.count, 0);
  if (reasons.length === 0) return '';
  return (
    <>
      <h3>Reasons for failures</h3>
      <ol class="reasons">
        {top.map(({ reason, count: n }) => (
          <li>
            <span class="number" safe>{`${count(n)} ×`}</span>{' '}
            <a href={attributeText(jobsHref(type, reason))} safe>
              {reason}
            </a>
          </li>
        ))}
        {others > 0 && (
          <li>
            <span class="number" safe>{`${count(others)} ×`}</span> other reasons
          </li>
        )}
      </ol>
      <p class="field-help">Each reason links to its jobs that are still kept.</p>
    </>
  );
}

function jobsHref(type: string, reason: string): string {
  const q = head(reason.replace(/…$/, ''), MAX_WORDS);
  return urlTo(`/jobs?${new URLSearchParams({ status: 'failed', type, q })}`);
}
