/** The query fields that filter jobs. */
const FILTERS = ['status', 'failure', 'type', 'q', 'session', 'since', 'until'] as const;

type Filter = Partial<Record<(typeof FILTERS)[number], string>>;

/** Every field of a filter, for a form; empty if it is not set. */
export function filterFields(filter: Filter): Required<Filter> {
  const entries = FILTERS.map((name) => [name, filter[name] ?? '']);
  return Object.fromEntries(entries) as Required<Filter>;
}

/** A filter as a query string. */
export function filterOf(filter: Filter): URLSearchParams {
  const given = FILTERS.flatMap((name) => (filter[name] ? [[name, filter[name]]] : []));
  return new URLSearchParams(given);
}
