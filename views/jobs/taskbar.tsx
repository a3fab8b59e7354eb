import { isRunning, type JobStatus } from '../../src/jobs/lifecycle.ts';
import { nextLink } from '../../src/operations/words.ts';
import { count } from '../../src/text/format.ts';
import { isCollapsed, type TaskbarChoice } from '../../src/text/taskbar_state.ts';
import { urlTo } from '../../src/text/urls.ts';
import { attributeText } from '../forms/field.tsx';
import { Icon } from '../icons.tsx';
import type { TaskbarModel } from '../view_models.ts';
import { JobCard } from './job_card.tsx';
import { resultHref } from './result_href.ts';
import { StatusIcon } from './status_icon.tsx';

interface TaskbarProps {
  model: TaskbarModel;
  /** What the reader chose on earlier pages. */
  choice: TaskbarChoice;
  /** Whether the page itself lists the jobs. */
  isRepetition: boolean;
}

/**
 * The taskbar of every page. The stream morphs its content; whether it is collapsed is stored on this
 * outer element, which no event replaces.
 */
export function Taskbar({ model, choice, isRepetition }: TaskbarProps): JSX.Element {
  const isBusy = model.jobs.some(({ job }) => isRunning(job.status));
  const collapsed = isCollapsed({ choice, isRepetition, isBusy });
  return (
    <section aria-label="Jobs">
      <div
        id="taskbar"
        class="taskbar"
        data-choice={choice}
        data-repetition={String(isRepetition)}
        data-collapsed={String(collapsed)}
        hx-ext="sse"
        sse-connect={urlTo('/api/jobs/stream')}
        sse-swap="jobs"
        hx-swap="morph:innerHTML"
      >
        <TaskbarContent model={model} collapsed={collapsed} />
      </div>
    </section>
  );
}

interface TaskbarContentProps {
  model: TaskbarModel;
  /** Unknown in an event, which goes to every client; the browser's script sets it. */
  collapsed?: boolean;
}

/**
 * The content of a `jobs` event: the summary, every card, and the element that receives `job` events.
 * The target of the cards' buttons is set here once for all of them.
 */
export function TaskbarContent({ model, collapsed = false }: TaskbarContentProps): JSX.Element {
  return (
    <>
      <div class="taskbar-head">
        <h2>
          <button
            id="taskbar-toggle"
            type="button"
            aria-expanded={collapsed ? 'false' : 'true'}
            aria-controls="taskbar-jobs"
          >
            <Summary model={model} />
            <Icon name="chevron" />
          </button>
        </h2>
        <NextLink model={model} />
      </div>
      <div
        id="taskbar-jobs"
        class="taskbar-jobs"
        hx-target="closest .job-card"
        hx-swap="morph:outerHTML"
        hx-push-url="false"
      >
        {model.jobs.map((view) => (
          <JobCard view={view} now={model.now} />
        ))}
        <More waiting={model.more ?? 0} />
      </div>
      <div id="taskbar-live" sse-swap="job" hx-swap="none" hidden></div>
    </>
  );
}

function More({ waiting }: { waiting: number }): JSX.Element {
  if (waiting === 0) return '';
  return (
    <a id="taskbar-more" href={urlTo('/jobs?status=queued')} safe>
      {`and ${count(waiting)} more waiting`}
    </a>
  );
}

/** Where the job that ended last leads; shown while the cards, which also say it, are hidden. */
function NextLink({ model }: { model: TaskbarModel }): JSX.Element {
  const links = model.jobs.flatMap(({ job }) => nextLink(job) ?? []);
  const [next] = links;
  if (!next) return '';
  return (
    <a id="taskbar-next" href={attributeText(resultHref(next))} safe>
      {next.words}
    </a>
  );
}

/** "2 running · 1 waiting · 1 failed", after the icon of a failed job or of the first of them. */
function Summary({ model }: { model: TaskbarModel }): JSX.Element {
  const groups = GROUPS.map((group) => ({ ...group, size: sizeOf(group.statuses, model) }));
  const present = groups.filter(({ size }) => size > 0);
  const marked = present.find(({ word }) => word === 'failed') ?? present[0];
  return (
    <>
      {marked !== undefined && <StatusIcon status={marked.statuses[0]} />}
      <span class="taskbar-title">Jobs</span>
      <span class="taskbar-summary">
        {present.map(({ word, size, statuses }) => (
          <span data-status={statuses[0]} safe>
            {`${count(size)} ${word}`}
          </span>
        ))}
      </span>
    </>
  );
}

const GROUPS = [
  { word: 'running', statuses: ['running', 'cancelling'] },
  { word: 'waiting', statuses: ['queued', 'retrying'] },
  { word: 'failed', statuses: ['failed'] },
  { word: 'finished', statuses: ['completed'] },
  { word: 'cancelled', statuses: ['cancelled'] },
] as const satisfies { word: string; statuses: JobStatus[] }[];

function sizeOf(statuses: readonly JobStatus[], { jobs, more = 0 }: TaskbarModel): number {
  const shown = jobs.filter(({ job }) => statuses.includes(job.status)).length;
  return statuses.includes('queued') ? shown + more : shown;
}
