import { exactWithMs, type LogLine, timeOfDay } from '../text/log_lines.ts';

/** The element of a line, as the server renders it, with the time in the reader's time zone. */
export function lineElement({ at, text }: LogLine): HTMLElement {
  const line = document.createElement('span');
  line.className = 'log-line';
  if (at) line.append(timeElement(at), ' ');
  const words = document.createElement('span');
  words.textContent = `${text}\n`;
  line.append(words);
  return line;
}

function timeElement(at: Date): HTMLElement {
  const time = document.createElement('time');
  time.dateTime = at.toISOString();
  time.title = exactWithMs(at);
  time.dataset.clock = 'local';
  time.textContent = timeOfDay(at);
  return time;
}

/** Changes the times that the server rendered in UTC to the reader's time zone. */
export function showLocalTimes(lines: HTMLElement): void {
  for (const time of lines.querySelectorAll('time')) {
    time.textContent = timeOfDay(new Date(time.dateTime));
  }
}
