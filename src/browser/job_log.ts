import { FollowedLog, followLog } from './followed_log.ts';
import { LogLines } from './log_lines.ts';
import { watchLogSearch } from './log_search.ts';

/** Writes the log of a job's page on, and shows its end until the reader scrolls away from it. */
export function watchJobLog(): void {
  const log = document.getElementById('job-log');
  const lines = document.getElementById('log-lines');
  if (!log || !lines) return;
  const { job = '', position } = log.dataset;
  const view = new LogLines(lines, {
    cut: () => document.getElementById('log-cut')?.removeAttribute('hidden'),
    following: (isFollowing) =>
      document.getElementById('log-follow')?.toggleAttribute('hidden', isFollowing),
    changed: watchLogSearch(lines),
  });
  document.getElementById('log-follow')?.addEventListener('click', () => view.follow());
  const place = { job, position: Number(position) };
  followLog(new FollowedLog(place, (text) => view.write(text)));
}
