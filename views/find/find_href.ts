import { urlTo } from '../../src/text/urls.ts';
import type { FindModel } from '../view_models.ts';

type Asked = FindModel['query'];

/** The page with this query, and `changes` to it. */
export function findHref(query: Asked, changes: Partial<Asked> = {}): string {
  const parameters = findParameters({ ...query, ...changes });
  return urlTo(parameters.size > 0 ? `/find?${parameters}` : '/find');
}

/** The same query of the API, in another format. */
export function exportHref(query: Asked, format: 'csv' | 'jsonl'): string {
  const { after, only, ...rest } = query;
  const parameters = findParameters(only ? { ...rest, after } : rest);
  parameters.set('format', format);
  return urlTo(`/api/find?${parameters}`);
}

export function findParameters({ q, by, sort, like, after, only }: Asked): URLSearchParams {
  return new URLSearchParams({
    ...(q && { q }),
    ...(by !== 'best' && { by }),
    ...(sort !== 'best' && { sort }),
    ...(like && { like }),
    ...(after !== undefined && { after: String(after) }),
    ...(only && { only }),
  });
}
