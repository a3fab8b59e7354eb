import { styleText } from 'node:util';
import type { JobStatus } from '../../jobs/index.ts';

const FRAMES = '◐◓◑◒';

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

/** The icon of a status, coloured if `stream` supports colours. */
export function statusIcon(status: JobStatus, stream: NodeJS.WriteStream): string {
  return styleText(COLOURS[status], ICONS[status], { stream });
}

/** The same for standard error; it rotates while the job is running. */
export function movingIcon(status: JobStatus, now: Date): string {
  if (status !== 'running') return statusIcon(status, process.stderr);
  const frame = Math.floor(now.getTime() / 250) % FRAMES.length;
  return styleText(COLOURS.running, FRAMES.charAt(frame), { stream: process.stderr });
}
