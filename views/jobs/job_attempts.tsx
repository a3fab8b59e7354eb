import type { JobAttempt } from '../../src/jobs/details.ts';
import type { JobStatus } from '../../src/jobs/lifecycle.ts';
import { count, duration } from '../../src/text/format.ts';
import { TableHead } from '../table_head.tsx';
import { elapsedTime, relativeTime } from '../time.tsx';
import { StatusLabel } from './status_icon.tsx';
import { WholeText } from './whole_text.tsx';

/** All attempts of a job with their outcomes. */
export function JobAttempts({ attempts, now }: { attempts: JobAttempt[]; now: Date }) {
  if (attempts.length === 0) return '';
  return (
    <section class="report-attempts">
      <h2>Attempts</h2>
      <table class="stacked attempt-table">
        <TableHead
          columns={['Attempt', 'Outcome', 'Started', 'Duration', 'Error']}
          numbers={['Attempt', 'Duration']}
        />
        <tbody>
          {attempts.map((attempt) => (
            <Attempt attempt={attempt} now={now} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Attempt({ attempt: { attempt, ...rest }, now }: { attempt: JobAttempt; now: Date }) {
  const { startedAt, endedAt, outcome, error = '' } = rest;
  return (
    <tr>
      <th scope="row" class="number" safe>
        {count(attempt)}
      </th>
      <td>
        <StatusLabel status={statusOf(outcome)} word={wordFor(outcome)} />
      </td>
      <td>{relativeTime(startedAt, now)}</td>
      <td class="number">
        {endedAt ? (
          <span safe>{duration(endedAt.getTime() - startedAt.getTime())}</span>
        ) : (
          elapsedTime(startedAt, now)
        )}
      </td>
      <td class="attempt-error">
        <WholeText text={error} />
      </td>
    </tr>
  );
}

/** The status whose icon the outcome has. */
function statusOf(outcome: JobAttempt['outcome']): JobStatus {
  switch (outcome) {
    case undefined:
      return 'running';
    case 'completed':
    case 'failed':
    case 'cancelled':
      return outcome;
    case 'postponed':
    case 'interrupted':
      return 'retrying';
    case 'released':
      return 'queued';
  }
}

function wordFor(outcome: JobAttempt['outcome']): string {
  if (outcome === undefined) return 'running';
  return outcome === 'released' ? 'requeued at shutdown' : outcome;
}
