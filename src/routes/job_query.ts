import { InvalidInput, type JobQuery, parseJobQuery } from '../jobs/index.ts';
import { Problem } from './problem.ts';

/**
 * The filter in an address.
 * @throws Problem that names the parameters that cannot be used.
 */
export function readJobQuery(params: URLSearchParams): JobQuery {
  try {
    return parseJobQuery(params);
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    throw new Problem(422, 'invalid_input', 'The list cannot be filtered like that.', {
      message: 'Change what is named here, or leave it out.',
      details: error.details,
    });
  }
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
