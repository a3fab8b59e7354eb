import { AUDIT_ACTIONS, AUDIT_KINDS, type AuditEntry, isAutomatic } from '../../src/jobs/audit.ts';
import {
  ACTION_WORDS,
  actorText,
  changeText,
  KIND_WORDS,
  targetText,
} from '../../src/text/audit_text.ts';
import { cut, MAX_NAME } from '../../src/text/cut.ts';
import { urlTo } from '../../src/text/urls.ts';
import { attributeText } from '../forms/field.tsx';
import { FilterField, WordsField } from '../forms/filter.tsx';
import { Page } from '../layouts/page.tsx';
import { TableHead } from '../table_head.tsx';
import { relativeTime } from '../time.tsx';
import type { AuditModel, JobNames, Layout } from '../view_models.ts';
import { NextPage } from './pagination.tsx';

export function AuditPage({ layout, model }: { layout: Layout; model: AuditModel }): JSX.Element {
  const { entries, query, nextHref } = model;
  const isFiltered = Object.values(query).some((value) => value !== '');
  return (
    <Page title="Audit trail" current="/jobs" layout={layout}>
      <h1>Audit trail</h1>
      <p class="lead">Who started, cancelled, removed or changed what, and when.</p>
      <AuditFilter query={query} />
      {entries.length === 0 ? (
        <p class="empty">
          {isFiltered ? (
            <>
              No entries match. <a href={urlTo('/audit')}>Remove the filter</a>.
            </>
          ) : (
            <>
              No entries yet. <a href={urlTo('/scrape')}>Start a job</a>, and it is recorded here.
            </>
          )}
        </p>
      ) : (
        <AuditTable
          entries={entries}
          now={layout.now}
          nameOf={model.nameOf}
          schedules={model.schedules}
        />
      )}
      <NextPage href={nextHref} label="Older entries" />
      {entries.length > 0 && <Exports query={query} />}
    </Page>
  );
}

function AuditFilter({ query }: Pick<AuditModel, 'query'>): JSX.Element {
  return (
    <search aria-label="Filter the audit trail">
      <form class="filter" method="get" action={urlTo('/audit')}>
        <div class="filter-fields">
          <WordsField name="job" label="Job id" value={query.job} maxlength={200} />
          <WordsField name="who" label="User or address" value={query.who} maxlength={200} />
          <FilterField name="action" label="Action">
            <select id="action" name="action">
              <option value="">any action</option>
              {AUDIT_ACTIONS.map((action) => (
                <option value={action} selected={action === query.action} safe>
                  {ACTION_WORDS[action]}
                </option>
              ))}
            </select>
          </FilterField>
          <FilterField name="kind" label="What">
            <select id="kind" name="kind">
              <option value="">anything</option>
              {AUDIT_KINDS.map((kind) => (
                <option value={kind} selected={kind === query.kind} safe>
                  {KIND_WORDS[kind]}
                </option>
              ))}
            </select>
          </FilterField>
          {(['via', 'since', 'until'] as const).map((name) =>
            query[name] === '' ? (
              ''
            ) : (
              <input type="hidden" name={name} value={attributeText(query[name])} />
            ),
          )}
          <div class="filter-last">
            <label>
              <input
                type="checkbox"
                name="automatic"
                value="true"
                checked={['true', '1', 'on'].includes(query.automatic)}
              />{' '}
              also what happens by itself
            </label>
            <button type="submit">Apply</button>
          </div>
        </div>
      </form>
    </search>
  );
}

/** Characters of a change that the table shows; the downloads have all. */
const MAX_CHANGE = 300;

interface AuditTableProps extends Pick<AuditModel, 'entries' | 'nameOf' | 'schedules'> {
  now: Date;
}

interface EntryProps extends Pick<AuditModel, 'nameOf' | 'schedules'> {
  entry: AuditEntry;
}

/** One row for each entry; what happened by itself is dimmed. */
export function AuditTable({ entries, now, ...known }: AuditTableProps): JSX.Element {
  if (entries.length === 0) return <p class="empty-note">No entries match.</p>;
  return (
    <table class="stacked audit-table">
      <TableHead columns={['When', 'Action', 'What', 'Who', 'Address']} numbers={[]} />
      <tbody>
        {entries.map((entry) => (
          <tr data-automatic={isAutomatic(entry.by.via) ? 'true' : undefined}>
            <td class="cell-when">{relativeTime(entry.at, now)}</td>
            <td class="cell-action" safe>
              {ACTION_WORDS[entry.action]}
            </td>
            <th scope="row" class="cell-what">
              <Target entry={entry} {...known} />
            </th>
            <td class="cell-who">
              <Who entry={entry} nameOf={known.nameOf} />
            </td>
            <td class="cell-address mono" safe>
              {entry.by.address ?? ''}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Target({ entry, nameOf, schedules }: EntryProps): JSX.Element {
  const { jobId, ids } = entry;
  if (jobId !== undefined) return <JobLink id={jobId} nameOf={nameOf} />;
  const text = cut(targetText(entry), 2 * MAX_NAME);
  if (ids === undefined) return <Other text={text} entry={entry} schedules={schedules} />;
  return (
    <details>
      <summary safe>{text}</summary>
      <ul class="audit-ids">
        {ids.map((id) => (
          <li>
            <JobLink id={id} nameOf={nameOf} />
          </li>
        ))}
      </ul>
    </details>
  );
}

interface OtherProps extends Omit<EntryProps, 'nameOf'> {
  text: string;
}

/** Something other than a job, and what was set. */
function Other({ text, entry, schedules }: OtherProps): JSX.Element {
  return (
    <>
      <Linked text={text} entry={entry} schedules={schedules} />
      <span class="audit-change" safe>
        {cut(changeText(entry), MAX_CHANGE)}
      </span>
    </>
  );
}

/** A schedule that is there leads to its card. */
function Linked({ text, entry: { kind, target = '' }, schedules }: OtherProps): JSX.Element {
  if (kind !== 'schedule' || !schedules.has(target)) return <span safe>{text}</span>;
  return (
    <a href={urlTo(`/schedules#${encodeURIComponent(target)}`)} safe>
      {text}
    </a>
  );
}

/** Characters of an id that tell jobs of the same name apart, as in the terminal. */
const SHORT_ID = 8;

/** The job by its name, and the end of its id; one without a name by its id. */
function JobLink({ id, nameOf }: { id: string; nameOf: JobNames }): JSX.Element {
  const href = urlTo(`/jobs/${encodeURIComponent(id)}`);
  const name = nameOf(id);
  if (name === undefined) {
    return (
      <a class="mono" href={href} safe>
        {id}
      </a>
    );
  }
  return (
    <span class="audit-job">
      <a href={href} title={attributeText(id)} safe>
        {name}
      </a>{' '}
      <small class="mono muted" safe>
        {id.slice(-SHORT_ID)}
      </small>
    </span>
  );
}

function Who({ entry: { by }, nameOf }: Omit<EntryProps, 'schedules'>): JSX.Element {
  if (by.via !== 'job' || by.user === undefined) return <span safe>{actorText(by)}</span>;
  return (
    <>
      the job <JobLink id={by.user} nameOf={nameOf} />
    </>
  );
}

function Exports({ query }: Pick<AuditModel, 'query'>): JSX.Element {
  const given = Object.entries(query).filter(([, value]) => value !== '');
  const href = (format: string) =>
    attributeText(urlTo(`/api/audit?${new URLSearchParams([...given, ['format', format]])}`));
  return (
    <p class="audit-exports">
      Download all of these as <a href={href('csv')}>CSV</a> or{' '}
      <a href={href('jsonl')}>JSON lines</a>.
    </p>
  );
}
