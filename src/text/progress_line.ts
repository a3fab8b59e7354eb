import type { Job } from '../jobs/job.ts';
import { isFinal } from '../jobs/lifecycle.ts';
import { cutTelling } from './cut.ts';
import { count } from './format.ts';

/** A job as a line of plain text, however long its error is: "running  280 / 1,000  Reading page 14 of 50". */
export function progressLine({ status, progress, errorMessage }: Job): string {
  const { current, total, message } = progress;
  const counts = total > 0 ? `${count(current)} / ${count(total)}` : '';
  const words = isFinal(status) ? (errorMessage ?? '') : message;
  return [status, counts, cutTelling(words)].filter(Boolean).join('  ');
}
