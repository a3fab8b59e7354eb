import type { Job, JobType, JobView } from '../../src/jobs/job.ts';

export const NOW = new Date('2026-03-01T12:00:00Z');

/** That many seconds before `NOW`; below 0 it is after it. */
export function ago(seconds: number): Date {
  return new Date(NOW.getTime() - seconds * 1000);
}

/** A scrape that started 7 s ago, except for what the test says of it. */
export function jobView(
  job: Partial<Omit<Job, 'type'>> & { type?: string } = {},
  view: Omit<JobView, 'job'> = {},
): JobView {
  const { type = 'scrape', ...rest } = job;
  return {
    job: {
      id: `${type}-0198a`,
      type: type as JobType,
      status: 'running',
      createdAt: ago(60),
      startedAt: ago(7),
      updatedAt: ago(0),
      progress: { current: 0, total: 0, message: '' },
      metadata: { username: 'aurora_lab' },
      errors: [],
      attempt: 1,
      attemptsUsed: 1,
      maxAttempts: 3,
      priority: 0,
      tracked: false,
      ...rest,
    },
    ...view,
  };
}

/** What a reader sees of markup: no tags, entities decoded, one space between words. */
export function textOf(markup: string | Promise<string>): string {
  const bare = String(markup).replace(/<[^>]*>/g, ' ');
  const entities: Record<string, string> = { lt: '<', gt: '>', amp: '&', '#34': '"', '#39': "'" };
  return bare
    .replace(/&(lt|gt|amp|#34|#39);/g, (_, name: string) => entities[name] ?? '')
    .replace(/\s+/g, ' ')
    .trim();
}
