import { FAILURES } from '../../src/jobs/listing.ts';
import { FAILURE_WORDS } from '../../src/text/attempts.ts';
import { urlTo } from '../../src/text/urls.ts';
import { attributeText } from '../forms/field.tsx';
import { Filter, FilterField, WordsField } from '../forms/filter.tsx';
import type { JobsModel } from '../view_models.ts';

const WORDS = new Map<string, string>(Object.entries(FAILURE_WORDS));

type Query = JobsModel['query'];

/** The fields that are folded away while none of them is set. */
const FOLDED = ['type', 'failure', 'session', 'since', 'until'] as const satisfies (keyof Query)[];

/** One box for words; everything else is folded. The tabs above the list set the status. */
export function JobFilter({ query, types }: Pick<JobsModel, 'query' | 'types'>): JSX.Element {
  const set = FOLDED.filter((name) => query[name] !== '').length;
  return (
    <Filter
      action={urlTo('/jobs')}
      label="Filter jobs"
      placeholder="Search by words, names or ids"
      words={query.q}
      maxlength={200}
    >
      {query.status !== '' && (
        <input type="hidden" name="status" value={attributeText(query.status)} />
      )}
      <details class="filter-more" open={set > 0}>
        <summary>Filters{set > 0 ? ` (${set})` : ''}</summary>
        <div class="filter-fields">
          <Choice name="type" label="Type" all="any type" options={types} query={query} />
          <Choice
            name="failure"
            label="Reason for failure"
            all="any reason"
            options={FAILURES}
            query={query}
          />
          <WordsField name="session" label="Session" value={query.session} maxlength={200} />
          <Moment name="since" label="Created since" query={query} />
          <Moment name="until" label="Created before" query={query} />
          <button type="submit">Apply</button>
        </div>
      </details>
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

/** In UTC, or in the reader's zone with JavaScript: the field itself has no time zone. */
function Moment({ name, label, query }: QueryFieldProps): JSX.Element {
  const time = Date.parse(query[name]);
  const isBare = /T\d\d:\d\d(:\d\d)?$/.test(query[name]);
  const value = Number.isNaN(time) || isBare ? query[name] : new Date(time).toISOString();
  return (
    <FilterField name={name} label={label} hasZone>
      <input
        type="datetime-local"
        data-moment="utc"
        id={name}
        name={name}
        value={attributeText(value.replace(/(:\d\d)(\.\d+)?Z$/, '$1'))}
        step="any"
      />
    </FilterField>
  );
}
