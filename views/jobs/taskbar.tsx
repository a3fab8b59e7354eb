import type { JobStatus } from '../../src/jobs/lifecycle.ts';
import { count } from '../format.ts';
import { Icon } from '../icons.tsx';
import type { JobView, TaskbarModel } from '../view_models.ts';
import { JobCard } from './job_card.tsx';
import { StatusIcon } from './status_icon.tsx';

interface TaskbarProps {
  model: TaskbarModel;
  collapsed: boolean;
}

/**
 * The jobs, floating on every page. The stream morphs what is inside; whether it is collapsed is
 * kept on this outer element, which no frame touches.
 */
export function Taskbar({ model, collapsed }: TaskbarProps): JSX.Element {
  return (
    <section aria-label="Jobs">
      <div
        id="taskbar"
        class="taskbar"
        data-collapsed={String(collapsed)}
        hx-ext="sse,morph"
        sse-connect="/api/jobs/stream"
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
  /** A frame goes to every reader, so it does not know; the browser's script puts it right. */
  collapsed?: boolean;
}

/** What a `jobs` event carries: every card, the line above them, the ear for `job` events. */
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
          <Summary jobs={model.jobs} />
          <Icon name="chevron" />
        </button>
      </h2>
      <div id="taskbar-jobs" class="taskbar-jobs">
        {model.jobs.map((view) => (
          <JobCard view={view} now={model.now} />
        ))}
      </div>
      <div id="taskbar-live" sse-swap="job" hx-swap="none" hidden></div>
    </>
  );
}

/** "2 running · 1 waiting · 1 failed", after the sign of the most urgent of them. */
function Summary({ jobs }: { jobs: JobView[] }): JSX.Element {
  const groups = GROUPS.map((group) => ({ ...group, size: sizeOf(group.statuses, jobs) }));
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

function sizeOf(statuses: readonly JobStatus[], jobs: JobView[]): number {
  return jobs.filter(({ job }) => statuses.includes(job.status)).length;
}
