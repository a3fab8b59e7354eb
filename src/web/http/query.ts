import { InvalidInput } from '../../jobs/index.ts';
import { Problem } from './problem.ts';

/**
 * What a parser makes of the part of an address that filters.
 * @throws Problem that names the parameters that cannot be used.
 */
export function readQuery<Query>(
  parse: (params: URLSearchParams) => Query,
  params: URLSearchParams,
): Query {
  try {
    return parse(params);
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    throw new Problem(422, 'invalid_input', 'The list cannot be filtered like that.', {
      message: 'Change what is named here, or leave it out.',
      details: error.details,
    });
  }
}
