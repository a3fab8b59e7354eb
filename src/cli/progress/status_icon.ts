import { styleText } from 'node:util';
import type { JobStatus } from '../../jobs/index.ts';

const TURNING = '◐◓◑◒';

const ICONS: Record<JobStatus, string> = {
  queued: '○',
  running: '◐',
  retrying: '↻',
  cancelling: '◑',
  completed: '●',
  failed: '▲',
  cancelled: '⊘',
};

const COLOURS: Record<JobStatus, Parameters<typeof styleText>[0]> = {
  queued: 'dim',
  running: 'blueBright',
  retrying: 'yellow',
  cancelling: 'yellow',
  completed: 'green',
  failed: 'red',
  cancelled: 'dim',
};

/** A status by its shape, and by its colour where `stream` shows colours. */
export function statusIcon(status: JobStatus, stream: NodeJS.WriteStream): string {
  return styleText(COLOURS[status], ICONS[status], { stream });
}

/** The same on standard error; while the job runs it turns. */
export function movingIcon(status: JobStatus, now: Date): string {
  if (status !== 'running') return statusIcon(status, process.stderr);
  const turn = Math.floor(now.getTime() / 250) % TURNING.length;
  return styleText(COLOURS.running, TURNING.charAt(turn), { stream: process.stderr });
}
