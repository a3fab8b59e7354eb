import type { Tracker } from '../jobs/index.ts';
import { DATABASE_UNREACHABLE } from '../platform/database_issue.ts';
import type { Health } from '../platform/health.ts';

/** Whether an embed job runs or waits. While the jobs cannot be read, none is known. */
export async function isEmbedding(
  { reader }: Pick<Tracker, 'reader'>,
  health: Pick<Health, 'noticed'>,
): Promise<boolean> {
  try {
    for (const status of ['running', 'queued'] as const) {
      const { jobs } = await reader.listJobs({ type: 'embed', status, limit: 1 });
      if (jobs.length > 0) return true;
    }
  } catch (error) {
    if (health.noticed(error)?.code !== DATABASE_UNREACHABLE) throw error;
  }
  return false;
}
