import type { Period, TypeHistory } from '../../src/jobs/history.ts';
import { count, date, roughTime } from '../../src/text/format.ts';
import { TableHead } from '../table_head.tsx';

const NUMBERS = ['Completed', 'Failed', 'Cancelled', 'Median', '95 %'];

/** The numbers of both charts; periods without runs are left out. */
export function HistoryTable({ type, by }: { type: TypeHistory; by: 'hour' | 'day' }) {
  const periods = type.periods.filter((period) => runsOf(period) > 0);
  return (
    <div class="history-table">
      <table>
        <caption class="visually-hidden" safe>
          {`${type.type} by ${by}`}
        </caption>
        <TableHead
          columns={[by === 'hour' ? 'Hour (UTC)' : 'Day (UTC)', ...NUMBERS]}
          numbers={NUMBERS}
        />
        <tbody>
          {periods.map((period) => (
            <tr>
              <th scope="row" safe>
                {periodName(period.start, by)}
              </th>
              {[period.completed, period.failed, period.cancelled].map((n) => (
                <td class="number" safe>
                  {count(n)}
                </td>
              ))}
              {[period.medianMs, period.p95Ms].map((ms) => (
                <td class="number" safe>
                  {ms === undefined ? '–' : roughTime(ms, period.approximate)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function runsOf({ completed, failed, cancelled }: Period): number {
  return completed + failed + cancelled;
}

/** `22 Nov 2026`, or `22 Nov 2026, 06:00`. */
export function periodName(start: Date, by: 'hour' | 'day'): string {
  return by === 'day' ? date(start) : `${date(start)}, ${start.toISOString().slice(11, 16)}`;
}
