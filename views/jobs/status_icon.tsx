import type { JobStatus } from '../../src/jobs/lifecycle.ts';

/** A status by shape and colour, for where its word is not written; the word is its name. */
export function StatusIcon({ status }: { status: JobStatus }): JSX.Element {
  return <i class="status-icon" data-status={status} role="img" aria-label={status}></i>;
}

/** A status by shape, colour and word. */
export function StatusLabel({ status }: { status: JobStatus }): JSX.Element {
  return (
    <span class="status-label">
      <i class="status-icon" data-status={status} aria-hidden="true"></i>
      {status}
    </span>
  );
}
