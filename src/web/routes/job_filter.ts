/** The fields of a query by which jobs are filtered. */
const FILTERS = ['status', 'failure', 'type', 'q', 'session', 'since', 'until'] as const;

type Filter = Partial<Record<(typeof FILTERS)[number], string>>;

/** What a filter has in each of its fields, for a form that shows it. */
export function filterFields(filter: Filter): Required<Filter> {
  const entries = FILTERS.map((name) => [name, filter[name] ?? '']);
  return Object.fromEntries(entries) as Required<Filter>;
}

/** A filter as it stands in an address. */
export function filterOf(filter: Filter): URLSearchParams {
  const given = FILTERS.flatMap((name) => (filter[name] ? [[name, filter[name]]] : []));
  return new URLSearchParams(given);
}
