import type { RecentSession } from '../../src/jobs/listing.ts';
import { count } from '../../src/text/format.ts';
import { urlTo } from '../../src/text/urls.ts';
import { SessionLink } from '../jobs/job_table.tsx';
import { StatusCounts } from '../jobs/status_counts.tsx';
import { Page } from '../layouts/page.tsx';
import { LivePart } from '../live_part.tsx';
import { RemovedNote } from '../removed_note.tsx';
import { TableHead } from '../table_head.tsx';
import { relativeTime } from '../time.tsx';
import type { Layout } from '../view_models.ts';

interface SessionsProps {
  layout: Layout;
  sessions: RecentSession[];
  /** What was just deleted. */
  removed?: string | undefined;
}

export function SessionsPage({ layout, sessions, removed }: SessionsProps): JSX.Element {
  return (
    <Page title="Sessions" current="/jobs" layout={layout}>
      <h1>Sessions</h1>
      <RemovedNote text={removed} />
      <LivePart id="sessions">
        <SessionList sessions={sessions} now={layout.now} />
      </LivePart>
    </Page>
  );
}

/** The sessions, or how to get one. */
export function SessionList({
  sessions,
  now,
}: {
  sessions: RecentSession[];
  now: Date;
}): JSX.Element {
  if (sessions.length > 0) return <SessionTable sessions={sessions} now={now} />;
  return (
    <p class="empty">
      No sessions yet. To group jobs, enter a session under “More options” when you{' '}
      <a href={urlTo('/scrape')}>start a job</a>.
    </p>
  );
}

function SessionTable({ sessions, now }: { sessions: RecentSession[]; now: Date }): JSX.Element {
  return (
    <table class="session-table">
      <TableHead
        columns={['Session', 'Jobs', 'Statuses', 'Last job']}
        numbers={['Jobs', 'Last job']}
      />
      <tbody>
        {sessions.map(({ id, jobs, byStatus, lastJobAt }) => (
          <tr>
            <th scope="row">
              <SessionLink id={id} />
            </th>
            <td class="number" safe>
              {count(jobs)}
            </td>
            <td>
              <StatusCounts byStatus={byStatus} />
            </td>
            <td class="number">{relativeTime(lastJobAt, now)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
