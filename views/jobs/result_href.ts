import type { ResultLink } from '../../src/operations/operation.ts';
import { urlTo } from '../../src/text/urls.ts';

/** The address of what a job collected. */
export function resultHref({ path, query }: ResultLink): string {
  const search = new URLSearchParams(query).toString();
  return urlTo(search === '' ? path : `${path}?${search}`);
}
