import type { JobStatus } from '../../src/jobs/lifecycle.ts';
import { count } from '../../src/text/format.ts';
import { urlTo } from '../../src/text/urls.ts';
import { Icon } from '../icons.tsx';
import type { TaskbarModel } from '../view_models.ts';
import { JobCard } from './job_card.tsx';
import { StatusIcon } from './status_icon.tsx';

interface TaskbarProps {
  model: TaskbarModel;
  collapsed: boolean;
}

/**
 * The taskbar of every page. The stream morphs its content; whether it is collapsed is stored on this
 * outer element, which no event replaces.
 */
export function Taskbar({ model, collapsed }: TaskbarProps): JSX.Element {
  return (
    <section aria-label="Jobs">
      <div
        id="taskbar"
        class="taskbar"
        data-collapsed={String(collapsed)}
        hx-ext="sse,morph"
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
      <h2 class="taskbar-head">
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

/** "2 running · 1 waiting · 1 failed", after the icon of the first of them. */
function Summary({ model }: { model: TaskbarModel }): JSX.Element {
  const groups = GROUPS.map((group) => ({ ...group, size: sizeOf(group.statuses, model) }));
  const present = groups.filter(({ size }) => size > 0);
  return (
    <>
      {present[0] !== undefined && <StatusIcon status={present[0].statuses[0]} />}
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
  { word: 'finished', statuses: ['completed', 'cancelled'] },
] as const satisfies { word: string; statuses: JobStatus[] }[];

function sizeOf(statuses: readonly JobStatus[], { jobs, more = 0 }: TaskbarModel): number {
  const shown = jobs.filter(({ job }) => statuses.includes(job.status)).length;
  return statuses.includes('queued') ? shown + more : shown;
}
