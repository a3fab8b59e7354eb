import { jobName } from '../../src/text/format.ts';
import { JobLog } from '../jobs/job_log.tsx';
import { JobReport } from '../jobs/job_report.tsx';
import { Page } from '../layouts/page.tsx';
import type { JobPageModel, Layout } from '../view_models.ts';

export function JobPage({ layout, model }: { layout: Layout; model: JobPageModel }): JSX.Element {
  const { job } = model.view;
  return (
    <Page title={jobName(job)} current="/jobs" layout={layout} hasLog>
      <JobReport model={model} now={layout.now} />
      <JobLog job={job} log={model.log} />
    </Page>
  );
}
