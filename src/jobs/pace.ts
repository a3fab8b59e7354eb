import type { Job } from './job.ts';

/** Significant digits of a rate. */
const RATE_DIGITS = 3;

/** What is known about how fast a job progresses. */
interface Measured {
  /** Smoothed progress, in units per second; above 0, or undefined while it is unknown. */
  perSecond: number | undefined;
  /** When it last progressed, in ms since 1970 UTC. */
  progressedAt: number;
  isStalled: boolean;
}

/** The fields of a running job that tell how fast it is; a stalled job has neither rate nor time left. */
export function paceOf(
  { status, progress }: Pick<Job, 'status' | 'progress'>,
  { perSecond, progressedAt, isStalled }: Measured,
): Pick<Job, 'ratePerSecond' | 'etaSeconds' | 'stalledSince'> {
  if (status !== 'running') return {};
  if (isStalled) return { stalledSince: new Date(progressedAt) };
  if (perSecond === undefined) return {};
  const left = progress.total - progress.current;
  return {
    ratePerSecond: Number(perSecond.toPrecision(RATE_DIGITS)),
    ...(left > 0 && { etaSeconds: Math.ceil(left / perSecond) }),
  };
}
