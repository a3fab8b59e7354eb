import { InvalidInput } from '../jobs/index.ts';
import { CommandFailed, EXIT } from './exit.ts';

/** Validation errors under the names that were typed: `--max: …`. */
export function inputError(
  { details }: InvalidInput,
  typedAs: (field: string) => string,
): CommandFailed {
  const lines = Object.entries(details).map(([field, message]) => `${typedAs(field)}: ${message}`);
  return new CommandFailed(lines.join('\n'), EXIT.usage);
}

/**
 * The result of a parser.
 * @throws CommandFailed when it throws InvalidInput, with the names that were typed.
 */
export function parsed<Value>(parse: () => Value, typedAs: (field: string) => string): Value {
  try {
    return parse();
  } catch (error) {
    throw error instanceof InvalidInput ? inputError(error, typedAs) : error;
  }
}
