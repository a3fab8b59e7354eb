import { jobName } from '../../src/text/format.ts';
import { JobLog } from '../jobs/job_log.tsx';
import { JobReport } from '../jobs/job_report.tsx';
import { Page } from '../layouts/page.tsx';
import type { Frame, JobPageModel } from '../view_models.ts';

export function JobPage({ frame, model }: { frame: Frame; model: JobPageModel }): JSX.Element {
  const { job } = model.view;
  return (
    <Page title={jobName(job)} current="/jobs" frame={frame}>
      <JobReport model={model} now={frame.now} />
      <JobLog job={job} log={model.log} />
    </Page>
  );
}
