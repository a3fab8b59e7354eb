import type { History, TypeHistory } from '../jobs/history.ts';
import { count, exact, roughTime } from './format.ts';
import { printable } from './printable.ts';
import { table } from './table.ts';

const HEAD = ['TYPE', 'COMPLETED', 'FAILED', 'CANCELLED', 'MEDIAN', '95 %'];

/** The history of each job type, one line each, and the reasons of failures. */
export function historyText({ since, until, types }: History): string {
  const span = `Runs that ended from ${exact(since)} to ${exact(until)}\n`;
  if (types.length === 0) return `${span}No runs.\n`;
  return `${span}${table(HEAD, types.map(rowOf), false)}\n${types.flatMap(reasonsOf).join('')}`;
}

function rowOf({ type, completed, failed, cancelled, ...times }: TypeHistory): string[] {
  const { medianMs, p95Ms, approximate } = times;
  const percentiles = [medianMs, p95Ms].map((ms) =>
    ms === undefined ? '' : roughTime(ms, approximate),
  );
  return [printable(type), ...[completed, failed, cancelled].map(count), ...percentiles];
}

function reasonsOf({ type, reasons }: TypeHistory): string[] {
  return reasons.map(
    ({ reason, count: times }) =>
      `${count(times)} × ${printable(type)}: ${printable(reason) || 'other reasons'}\n`,
  );
}
