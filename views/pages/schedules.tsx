import { urlTo } from '../../src/text/urls.ts';
import { Page } from '../layouts/page.tsx';
import { LivePart } from '../live_part.tsx';
import { RemovedNote } from '../removed_note.tsx';
import { type ListedSchedule, ScheduleList } from '../schedules/schedule_card.tsx';
import type { Layout } from '../view_models.ts';

interface PageProps {
  layout: Layout;
  schedules: ListedSchedule[];
  /** What was just removed. */
  removed?: string | undefined;
}

/** What starts by itself, when it ran last and how, and when it runs next. */
export function SchedulesPage({ layout, schedules, removed }: PageProps): JSX.Element {
  return (
    <Page title="Schedules" current="/schedules" layout={layout} hasSchedules>
      <h1>Schedules</h1>
      <RemovedNote text={removed} />
      <p class="page-lead">
        What starts by itself. Each due time starts one job; a run that was missed starts once, as
        soon as xgpt runs again.
      </p>
      <LivePart id="schedules" href={urlTo('/schedules')}>
        <ScheduleList schedules={schedules} now={layout.now} />
      </LivePart>
    </Page>
  );
}
