import { type JobQuery, parseJobQuery } from '../../jobs/index.ts';
import { readQuery } from '../http/query.ts';

/** @throws Problem that names the parameters that cannot be used. */
export function readJobQuery(params: URLSearchParams): JobQuery {
  return readQuery(parseJobQuery, params);
}

/** The part of an address that filters, as it was typed. */
export const FILTERS = ['status', 'failure', 'type', 'q', 'session', 'since', 'until'] as const;

export function filterOf(params: URLSearchParams): URLSearchParams {
  const given = FILTERS.flatMap((name) => {
    const text = params.get(name)?.trim();
    return text ? [[name, text]] : [];
  });
  return new URLSearchParams(given);
}
