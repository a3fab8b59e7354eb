import type { ResultLink } from '../../src/operations/operation.ts';

/** The address of what a job collected. */
export function resultHref({ path, query }: ResultLink): string {
  const search = new URLSearchParams(query).toString();
  return search === '' ? path : `${path}?${search}`;
}
