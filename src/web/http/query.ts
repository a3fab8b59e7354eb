import { Elysia } from 'elysia';

/** What Elysia 1.4 passes to a hook; its types omit where the query begins. */
interface Incoming {
  url: string;
  /** Index of the question mark, or -1. */
  qi: number;
}

/**
 * Parses queries with `URLSearchParams`; if a name occurs twice, the first value counts. Where a
 * Standard Schema checks the query, Elysia 1.4.30 would treat a comma in a value as a list and braces
 * as JSON: `q=jazz,blues` would be two values.
 */
export function plainQueries() {
  return new Elysia({ name: 'plain_queries' }).onTransform({ as: 'global' }, (context) => {
    const { url, qi } = context as unknown as Incoming;
    if (qi >= 0) context.query = queryOf(url.slice(qi));
  });
}

function queryOf(search: string): Record<string, string> {
  const query: Record<string, string> = Object.create(null);
  for (const [name, value] of new URLSearchParams(search)) query[name] ??= value;
  return query;
}
