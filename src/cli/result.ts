import { resultSummary } from '../../views/jobs/result_summary.ts';
import { printable } from '../../views/text/printable.ts';
import type { Job } from '../jobs/index.ts';

/** What a completed job brought, for standard output: usernames that were found, or a summary. */
export function resultLines(job: Job): string[] {
  const { found } = (job.result ?? {}) as { found?: unknown };
  const lines = Array.isArray(found) ? found.map(String) : [resultSummary(job)];
  return lines.map(printable).filter(Boolean);
}
