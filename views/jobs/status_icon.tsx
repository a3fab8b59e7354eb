import type { StepStatus } from '../../src/jobs/details.ts';
import type { JobStatus } from '../../src/jobs/lifecycle.ts';

/** A status by shape and colour, for where its word is not written; the word is its name. */
export function StatusIcon({ status }: { status: JobStatus }): JSX.Element {
  return <i class="status-icon" data-status={status} role="img" aria-label={status}></i>;
}

interface StatusLabelProps {
  status: JobStatus | StepStatus;
  /** By default the status itself. */
  word?: string;
}

/** A status by shape, colour and word. */
export function StatusLabel({ status, word = status }: StatusLabelProps): JSX.Element {
  return (
    <span class="status-label">
      <i class="status-icon" data-status={status} aria-hidden="true"></i>
      <span safe>{word}</span>
    </span>
  );
}
