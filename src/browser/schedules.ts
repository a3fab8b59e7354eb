import { dueText } from '../text/start_text.ts';
import { onRequest } from './htmx_events.ts';
import { watchMoments } from './local_moment.ts';
import { watchRepeat } from './repeat.ts';

/** As `Mon 30 Nov, 03:00 CET`, in the order that the reader is used to; with the year where it is another. */
const FORMAT: Intl.DateTimeFormatOptions = {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
  timeZoneName: 'short',
};

/** Gives the times of schedules in the reader's time zone, which the server does not know. */
function showLocalTimes(): void {
  for (const time of document.querySelectorAll<HTMLTimeElement>('time[data-clock="zoned"]')) {
    const at = new Date(time.dateTime);
    const isThisYear = at.getFullYear() === new Date().getFullYear();
    const year = isThisYear ? undefined : ('numeric' as const);
    const text = at.toLocaleString([], { ...FORMAT, year });
    if (time.textContent !== text) time.textContent = text;
  }
}

function showDueTimes(): void {
  const now = new Date();
  for (const time of document.querySelectorAll<HTMLTimeElement>('time[data-clock="due"]')) {
    const text = dueText(new Date(time.dateTime), now);
    if (time.textContent !== text) time.textContent = text;
  }
}

showLocalTimes();
showDueTimes();
setInterval(showDueTimes, 1_000);
onRequest('afterSettle', showLocalTimes);
watchRepeat();
watchMoments();
