import { jobName } from '../format.ts';
import { JobReport } from '../jobs/job_report.tsx';
import { Page } from '../layouts/page.tsx';
import type { Frame, JobView } from '../view_models.ts';

export function JobPage({ frame, model }: { frame: Frame; model: JobView }): JSX.Element {
  return (
    <Page title={jobName(model.job)} current="/jobs" frame={frame}>
      <JobReport view={model} now={frame.now} />
    </Page>
  );
}
