import { InvalidInput } from '../jobs/index.ts';
import { CommandFailed, EXIT } from './exit.ts';

/** What a check found wrong, each under the name that it was typed under: `--max: …`. */
export function wrongInput(
  { details }: InvalidInput,
  typedAs: (field: string) => string,
): CommandFailed {
  const lines = Object.entries(details).map(([field, message]) => `${typedAs(field)}: ${message}`);
  return new CommandFailed(lines.join('\n'), EXIT.usage);
}

/**
 * What a parser makes of what was typed.
 * @throws CommandFailed that names what cannot be used as it was typed.
 */
export function parsed<Value>(parse: () => Value, typedAs: (field: string) => string): Value {
  try {
    return parse();
  } catch (error) {
    throw error instanceof InvalidInput ? wrongInput(error, typedAs) : error;
  }
}
