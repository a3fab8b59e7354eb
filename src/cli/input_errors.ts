import { InvalidInput } from '../jobs/index.ts';
import { CommandFailed, EXIT } from './exit.ts';

/** What a validation message begins with: the field's name, before its rule. */
const SUBJECT = /^\w+(?: \w+){0,2} (?=(?:must|may) )/;

/** Validation errors under the names that were typed: `--max must be …`. */
export function inputError(
  { details }: InvalidInput,
  typedAs: (field: string) => string,
): CommandFailed {
  const lines = Object.entries(details).map(([field, message]) => {
    const rule = message.replace(SUBJECT, '');
    return `${typedAs(field)}${rule === message ? ':' : ''} ${rule}`;
  });
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
