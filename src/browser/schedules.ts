import { onRequest } from './htmx_events.ts';
import { watchRepeat } from './repeat.ts';

/** As `Mon 30 Nov, 03:00 CET`, in the order that the reader is used to. */
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
    const text = new Date(time.dateTime).toLocaleString([], FORMAT);
    if (time.textContent !== text) time.textContent = text;
  }
}

showLocalTimes();
onRequest('afterSettle', showLocalTimes);
watchRepeat();
