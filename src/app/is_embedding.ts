import type { Tracker } from '../jobs/index.ts';
import { DATABASE_UNREACHABLE } from '../platform/database_issue.ts';
import type { Health } from '../platform/health.ts';

/** Whether an embed job runs or waits. While the jobs cannot be read, none is known. */
export async function isEmbedding(
  { reader }: Pick<Tracker, 'reader'>,
  health: Pick<Health, 'noticed'>,
): Promise<boolean> {
  try {
    const queues = await reader.queues(['embed']);
    return queues.some(({ type, waiting, running }) => type === 'embed' && waiting + running > 0);
  } catch (error) {
    if (health.noticed(error)?.code !== DATABASE_UNREACHABLE) throw error;
    return false;
  }
}
