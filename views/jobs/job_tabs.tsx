import { count } from '../../src/text/format.ts';
import { attributeText } from '../forms/field.tsx';
import type { JobsModel, JobTab } from '../view_models.ts';
import { StatusLabel } from './status_icon.tsx';

/** The statuses of the listed jobs, each with their number. */
export function JobTabs({ tabs }: Pick<JobsModel, 'tabs'>): JSX.Element {
  return (
    <nav class="tabs" aria-label="Status">
      <ul>
        {tabs.map((tab) => (
          <li>
            <Tab tab={tab} />
          </li>
        ))}
      </ul>
    </nav>
  );
}

function capitalised(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

function Tab({ tab: { status, href, jobs, isCurrent, hasMore } }: { tab: JobTab }): JSX.Element {
  return (
    <a href={attributeText(href)} aria-current={isCurrent ? 'true' : undefined}>
      {status === undefined ? 'All' : <StatusLabel status={status} word={capitalised(status)} />}{' '}
      <span class="tab-count" safe>
        {`${count(jobs)}${hasMore ? '+' : ''}`}
      </span>
    </a>
  );
}
