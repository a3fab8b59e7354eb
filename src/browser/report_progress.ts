import { onMessage } from './htmx_events.ts';

/** Keeps the numbers on a job's own page the same as those on its card in the taskbar. */
export function watchReportProgress(): void {
  onMessage('after', () => {
    const report = document.querySelector<HTMLElement>('.report-progress[data-job]');
    const live = document.getElementById(`live-${report?.dataset.job}`);
    if (report && live?.querySelector('progress')) copy(live, report);
  });
}

function copy(live: HTMLElement, report: HTMLElement): void {
  const [count, pace] = live.querySelectorAll(':scope > span');
  const bar = live.querySelector('progress') as HTMLProgressElement;
  const ownBar = report.querySelector('progress');
  write(report.querySelector('.report-message'), live.querySelector('p'));
  write(report.querySelector('.report-count'), count);
  write(report.querySelector('.report-rate'), pace);
  for (const name of ['value', 'max']) {
    const value = bar.getAttribute(name);
    if (value === null) ownBar?.removeAttribute(name);
    else ownBar?.setAttribute(name, value);
  }
}

function write(to: Element | null, from: Element | null | undefined): void {
  const text = from?.textContent ?? '';
  if (to && to.textContent !== text) to.textContent = text;
}
