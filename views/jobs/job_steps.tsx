import type { JobStep } from '../../src/jobs/details.ts';
import { duration } from '../../src/text/format.ts';
import { elapsedTime } from '../time.tsx';
import { StatusLabel } from './status_icon.tsx';
import { WholeText } from './whole_text.tsx';

/** The steps of a job with their statuses. */
export function JobSteps({ steps, now }: { steps: JobStep[]; now: Date }): JSX.Element {
  if (steps.length === 0) return '';
  return (
    <section class="report-steps">
      <h2>Steps</h2>
      <ol class="steps">
        {steps.map((step) => (
          <Step step={step} now={now} />
        ))}
      </ol>
    </section>
  );
}

function Step({ step, now }: { step: JobStep; now: Date }): JSX.Element {
  const { name, status, error } = step;
  return (
    <li data-status={status} aria-current={status === 'running' ? 'step' : undefined}>
      <b safe>{name}</b>
      <StatusLabel status={status} />
      <StepTime step={step} now={now} />
      {error !== undefined && (
        <div class="step-error">
          <WholeText text={error} />
        </div>
      )}
    </li>
  );
}

function StepTime({ step: { status, startedAt, endedAt }, now }: { step: JobStep; now: Date }) {
  if (startedAt === undefined) return '';
  if (endedAt !== undefined) {
    return <span safe>{duration(endedAt.getTime() - startedAt.getTime())}</span>;
  }
  return status === 'running' ? elapsedTime(startedAt, now) : '';
}
