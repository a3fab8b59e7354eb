import type { StepStatus } from '../../src/jobs/details.ts';
import type { JobStatus } from '../../src/jobs/lifecycle.ts';

/** The icon of a status without its word, which is the accessible name. */
export function StatusIcon({ status }: { status: JobStatus }): JSX.Element {
  return <i class="status-icon" data-status={status} role="img" aria-label={status}></i>;
}

interface StatusLabelProps {
  status: JobStatus | StepStatus;
  /** Default: the status. */
  word?: string;
}

/** The icon of a status with its word. */
export function StatusLabel({ status, word = status }: StatusLabelProps): JSX.Element {
  return (
    <span class="status-label">
      <i class="status-icon" data-status={status} aria-hidden="true"></i>
      <span safe>{word}</span>
    </span>
  );
}
