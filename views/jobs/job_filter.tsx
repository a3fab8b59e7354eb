import { JOB_STATUSES } from '../../src/jobs/lifecycle.ts';
import { FAILURES } from '../../src/jobs/listing.ts';
import { FAILURE_WORDS } from '../../src/text/attempts.ts';
import { urlTo } from '../../src/text/urls.ts';
import { attributeText } from '../forms/field.tsx';
import { Filter, FilterField, WordsField } from '../forms/filter.tsx';
import type { JobsModel } from '../view_models.ts';

const WORDS = new Map<string, string>(Object.entries(FAILURE_WORDS));

type Query = JobsModel['query'];

export function JobFilter({ query, types }: Pick<JobsModel, 'query' | 'types'>): JSX.Element {
  return (
    <Filter action={urlTo('/jobs')} button="Filter">
      <Choice name="status" label="Status" all="any status" options={JOB_STATUSES} query={query} />
      <Choice
        name="failure"
        label="Reason for failure"
        all="any reason"
        options={FAILURES}
        query={query}
      />
      <Choice name="type" label="Type" all="any type" options={types} query={query} />
      <WordsField name="q" label="Words" value={query.q} maxlength={200} />
      <WordsField name="session" label="Session" value={query.session} maxlength={200} />
      <Moment name="since" label="Created since (UTC)" query={query} />
      <Moment name="until" label="Created before (UTC)" query={query} />
    </Filter>
  );
}

interface QueryFieldProps {
  name: keyof Query;
  label: string;
  query: Query;
}

function Choice(props: QueryFieldProps & { all: string; options: readonly string[] }): JSX.Element {
  const { name, label, query, all, options } = props;
  return (
    <FilterField name={name} label={label}>
      <select id={name} name={name}>
        <option value="" safe>
          {all}
        </option>
        {options.map((value) => (
          <option value={attributeText(value)} selected={value === query[name]} safe>
            {WORDS.get(value) ?? value}
          </option>
        ))}
      </select>
    </FilterField>
  );
}

/** The field has no time zone: it gets UTC, and its value is read as UTC. */
function Moment({ name, label, query }: QueryFieldProps): JSX.Element {
  const time = Date.parse(query[name]);
  const isBare = /T\d\d:\d\d(:\d\d)?$/.test(query[name]);
  const value = Number.isNaN(time) || isBare ? query[name] : new Date(time).toISOString();
  return (
    <FilterField name={name} label={label}>
      <input
        type="datetime-local"
        id={name}
        name={name}
        value={attributeText(value.replace(/(:\d\d)(\.\d+)?Z$/, '$1'))}
        step="any"
      />
    </FilterField>
  );
}
