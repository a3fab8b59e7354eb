import type { JobStatus } from '../../src/jobs/lifecycle.ts';

/** A status by shape and colour, for where its word is not written; the word is its name. */
export function StatusIcon({ status }: { status: JobStatus }): JSX.Element {
  return (
    <svg class="status-icon" data-status={status} role="img" aria-label={status}>
      <use href={`#icon-${status}`} />
    </svg>
  );
}

/** A status by shape, colour and word. */
export function StatusLabel({ status }: { status: JobStatus }): JSX.Element {
  return (
    <span class="status-label">
      <svg class="status-icon" data-status={status} aria-hidden="true">
        <use href={`#icon-${status}`} />
      </svg>
      {status}
    </span>
  );
}
