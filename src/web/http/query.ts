import { Elysia } from 'elysia';

/**
 * Reads each query as `URLSearchParams` does; of a name that occurs twice the first value counts.
 * Elysia 1.4.30 takes a comma in a value for a list and braces for JSON where a Standard Schema
 * checks the query, so that `q=jazz,blues` would be two values.
 */
export function plainQueries() {
  return new Elysia({ name: 'plain_queries' }).onTransform({ as: 'global' }, (context) => {
    const { url } = context.request;
    const start = url.indexOf('?');
    if (start >= 0) context.query = queryOf(url.slice(start));
  });
}

function queryOf(search: string): Record<string, string> {
  const query: Record<string, string> = Object.create(null);
  for (const [name, value] of new URLSearchParams(search)) query[name] ??= value;
  return query;
}
