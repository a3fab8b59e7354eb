import type { Job } from '../../src/jobs/job.ts';
import { resultOf } from '../../src/operations/operation.ts';
import { resultLinks } from '../../src/operations/words.ts';
import { attributeText } from '../forms/field.tsx';
import { JobFacts } from './job_facts.tsx';
import { resultHref } from './result_href.ts';

/** What a job returned, and the way to what it collected. */
export function JobResult({ job }: { job: Job }): JSX.Element {
  const result = resultOf(job);
  if (!result) return '';
  const { found: _, ...facts } = result;
  const links = resultLinks(job);
  return (
    <section class="report-result">
      <h2>Result</h2>
      <JobFacts facts={facts} type={job.type} />
      {links.length > 0 && (
        <ul class="result-links">
          {links.map((link) => (
            <li>
              <a href={attributeText(resultHref(link))} safe>
                {link.words}
              </a>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
