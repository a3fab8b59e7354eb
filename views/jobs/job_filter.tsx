import { JOB_STATUSES } from '../../src/jobs/lifecycle.ts';
import { FAILURES } from '../../src/jobs/listing.ts';
import { FAILURE_WORDS } from '../../src/text/attempts.ts';
import { attributeText } from '../forms/field.tsx';
import type { JobsModel } from '../view_models.ts';

const WORDS = new Map<string, string>(Object.entries(FAILURE_WORDS));

type Query = JobsModel['query'];

/** Filters the jobs by URL only, so that a list can be bookmarked or shared. */
export function JobFilter({ query, types }: Pick<JobsModel, 'query' | 'types'>): JSX.Element {
  return (
    <search>
      <form class="filter" method="get" action="/jobs">
        <Choice
          name="status"
          label="Status"
          all="any status"
          options={JOB_STATUSES}
          query={query}
        />
        <Choice
          name="failure"
          label="Reason for failure"
          all="any reason"
          options={FAILURES}
          query={query}
        />
        <Choice name="type" label="Type" all="any type" options={types} query={query} />
        <Words name="q" label="Words" query={query} />
        <Words name="session" label="Session" query={query} />
        <Moment name="since" label="Created since (UTC)" query={query} />
        <Moment name="until" label="Created before (UTC)" query={query} />
        <button type="submit">Filter</button>
      </form>
    </search>
  );
}

interface FilterFieldProps {
  name: keyof Query;
  label: string;
  query: Query;
}

function Choice(
  props: FilterFieldProps & { all: string; options: readonly string[] },
): JSX.Element {
  const { name, label, query, all, options } = props;
  return (
    <div class="field">
      <label for={name} safe>
        {label}
      </label>
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
    </div>
  );
}

function Words({ name, label, query }: FilterFieldProps): JSX.Element {
  return (
    <div class="field">
      <label for={name} safe>
        {label}
      </label>
      <input
        type="search"
        id={name}
        name={name}
        value={attributeText(query[name])}
        maxlength={200}
      />
    </div>
  );
}

/** The field has no time zone: it gets UTC, and its value is read as UTC. */
function Moment({ name, label, query }: FilterFieldProps): JSX.Element {
  const time = Date.parse(query[name]);
  const isBare = /T\d\d:\d\d(:\d\d)?$/.test(query[name]);
  const value = Number.isNaN(time) || isBare ? query[name] : new Date(time).toISOString();
  return (
    <div class="field">
      <label for={name} safe>
        {label}
      </label>
      <input
        type="datetime-local"
        id={name}
        name={name}
        value={attributeText(value.replace(/(:\d\d)(\.\d+)?Z$/, '$1'))}
        step="any"
      />
    </div>
  );
}
