import { onMessage, onRequest } from './htmx_events.ts';

interface JobCounts {
  running: number;
  failed: number;
}

/** Shows in the browser's tab how many jobs run, and that one has failed. */
export function watchPageTab(): void {
  const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  const show = () => {
    const counts = countJobs();
    const text = tabTitle(document.title, counts);
    if (text !== document.title) document.title = text;
    const href = icon?.dataset[tabState(counts)];
    if (icon && href && icon.getAttribute('href') !== href) icon.setAttribute('href', href);
  };
  show();
  onMessage('after', (type) => {
    if (type === 'jobs') show();
  });
  // Each part of the page that is loaded again restores the page's plain title.
  onRequest('afterRequest', show);
}

function countJobs(): JobCounts {
  const cards = [...document.querySelectorAll<HTMLElement>('#taskbar .job-card')];
  const having = (...statuses: string[]) =>
    cards.filter(({ dataset }) => statuses.includes(dataset.status ?? '')).length;
  return { running: having('running', 'cancelling'), failed: having('failed') };
}

/** "▲ (2) Posts · xgpt", whether or not `title` has these marks already. */
export function tabTitle(title: string, { running, failed }: JobCounts): string {
  const plain = title.replace(/^(?:▲ )?(?:\(\d+\) )?/, '');
  return `${failed > 0 ? '▲ ' : ''}${running > 0 ? `(${running}) ` : ''}${plain}`;
}

/** Which icon to show. A failed job needs attention, so it comes before running ones. */
export function tabState({ running, failed }: JobCounts): 'failed' | 'running' | 'idle' {
  if (failed > 0) return 'failed';
  return running > 0 ? 'running' : 'idle';
}
