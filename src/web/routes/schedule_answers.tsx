import { StartWarnings } from '../../../views/jobs/start_warnings.tsx';
import { REMOVED } from '../../../views/removed_note.tsx';
import { ScheduleCard } from '../../../views/schedules/schedule_card.tsx';
import type { Schedule } from '../../schedules/index.ts';
import { scheduleTable } from '../../text/schedule_text.ts';
import { urlTo } from '../../text/urls.ts';
import { warningLines } from '../../text/warning_text.ts';
import type { WebDeps } from '../deps.ts';
import { respond } from '../http/rendered.ts';

export const NO_SUCH_SCHEDULE = 'There is no such schedule.';

/** As JSON, a line, or the card in place of the one on the page. */
export async function changed({ schedules }: WebDeps, schedule: Schedule, warnings: string[] = []) {
  const runs = await schedules.runs(schedule.id);
  return respond(() => ({ schedule, ...(warnings.length > 0 && { warnings }) }), {
    html: () =>
      `${ScheduleCard({ schedule, runs, now: new Date(), isUpdate: true })}${StartWarnings({ warnings })}`,
    text: () => scheduleTable([schedule]) + warningLines(warnings),
    seeOther: () => pathOf(schedule),
  });
}

export function removed(schedule: Schedule, headers: Record<string, unknown>) {
  return respond(() => ({ schedule }), {
    text: () => `${schedule.id}  removed\n`,
    seeOther: () => urlTo(`/schedules?${REMOVED}`),
    html() {
      // The page may be empty now.
      headers['hx-redirect'] = urlTo(`/schedules?${REMOVED}`);
      return '';
    },
  });
}

/** Its card on the page of the schedules. */
export function pathOf({ id }: Pick<Schedule, 'id'>): string {
  return urlTo(`/schedules#${id}`);
}
