import type { Job } from '../../src/jobs/job.ts';
import { isActive } from '../../src/jobs/lifecycle.ts';
import { count } from '../../src/text/format.ts';
import { exactWithMs, type LogLine, logLines } from '../../src/text/log_lines.ts';
import { logParts, MAX_LOG_LINES } from '../../src/text/log_parts.ts';
import { urlTo } from '../../src/text/urls.ts';
import type { LogTail } from '../view_models.ts';

/**
 * The job's log. The browser's script appends new lines, so the log is not part of the report, which
 * is refreshed. It is not a live region: a screen reader would read every line.
 */
export function JobLog({ job, log }: { job: Job; log: LogTail }): JSX.Element {
  const address = urlTo(`/api/jobs/${encodeURIComponent(job.id)}/log`);
  return (
    <section
      id="job-log"
      class="job-log"
      aria-labelledby="log-title"
      data-job={job.id}
      data-position={String(log.position)}
    >
      <header class="log-head">
        <h2 id="log-title">Log</h2>
        <LogSearch />
        <a href={address}>Whole log</a>
        <a href={`${address}?download=1`}>Download</a>
      </header>
      <p id="log-cut" class="log-cut" hidden={!log.isCut}>
        Only the newest {count(MAX_LOG_LINES) as 'safe'} lines are shown.{' '}
        <a href={address}>Show the whole log</a>
      </p>
      {/* The script shows them in the reader's time zone. */}
      <noscript>
        <p class="field-help">Times are in UTC.</p>
      </noscript>
      <div class="log-frame">
        <pre
          id="log-lines"
          class="log-lines"
          role="log"
          aria-live="off"
          aria-label="Log lines"
          tabindex="0"
        >
          {logParts(log.text).map((part) => (
            <span class="log-part">
              {logLines(part).map((line) => (
                <Line line={line} />
              ))}
            </span>
          ))}
        </pre>
        <p class="empty-note">
          {isActive(job.status) ? 'The log is empty so far.' : 'The log is empty.'}
        </p>
        <button type="button" id="log-follow" class="log-follow" hidden>
          Follow
        </button>
      </div>
    </section>
  );
}

/**
 * The time is in UTC; the browser's script changes it to the time zone of the browser, and renders
 * new lines the same way.
 */
function Line({ line: { at, text } }: { line: LogLine }): JSX.Element {
  return (
    <span class="log-line">
      {at === undefined ? (
        ''
      ) : (
        <>
          <time datetime={at.toISOString()} title={exactWithMs(at)} data-clock="local" safe>
            {at.toISOString().slice(11, 19)}
          </time>{' '}
        </>
      )}
      <span safe>{`${text}\n`}</span>
    </span>
  );
}

/** Hidden without the script: the browser's own search does then. */
function LogSearch(): JSX.Element {
  return (
    <search class="log-search needs-script">
      <input type="search" id="log-words" aria-label="Search in the log" placeholder="Search" />
      <output id="log-hits" for="log-words"></output>
      <button type="button" class="quiet" id="log-before" disabled>
        Previous
      </button>
      <button type="button" class="quiet" id="log-next" disabled>
        Next
      </button>
    </search>
  );
}
