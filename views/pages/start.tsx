import type { Children } from '@kitajs/html';
import type { Job } from '../../src/jobs/job.ts';
import { type Pace, sentence, type Values } from '../../src/text/sentences.ts';
import { RunList } from '../jobs/run_list.tsx';
import { LivePart } from '../live_part.tsx';

interface StartLayoutProps {
  type: string;
  title: string;
  /** What the sentence is made of. */
  values: Values;
  source?: Pace;
  runs: Job[];
  now: Date;
  form: JSX.Element;
  /** Facts that belong beside the form, under the sentence. */
  aside?: Children;
}

/** A start page: the form, beside it what it would do and what its like did before. */
export function StartLayout(props: StartLayoutProps): JSX.Element {
  const { type, title, values, source, runs, now, form, aside } = props;
  return (
    <section class="start" data-form={type}>
      <h1 safe>{title}</h1>
      <div class="panel">{form as 'safe'}</div>
      <div class="start-side">
        <output
          id="start-sentence"
          class="start-sentence"
          data-sentence={type}
          data-waiting={values.waiting}
          safe
        >
          {sentence(type, values, source)}
        </output>
        {aside}
        <h2>Last runs</h2>
        <LivePart id="runs" href={`/${type}`} busy={runs.some(isUnderWay)}>
          <RunList runs={runs} now={now} />
        </LivePart>
      </div>
    </section>
  );
}

function isUnderWay(job: Job): boolean {
  return job.completedAt === undefined;
}
