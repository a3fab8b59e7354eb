import { InvalidInput } from '../jobs/index.ts';
import { CommandFailed, EXIT } from './exit.ts';

/** What a validation message begins with: the field's name, before its rule. */
const SUBJECT = /^\w+(?: \w+){0,2} (?=(?:must|may) )/;

/** Validation errors under the names that were typed: `--max must be …`, `--at and --delay: …`. */
export function inputError(
  { details }: InvalidInput,
  typedAs: (field: string) => string,
): CommandFailed {
  const lines = [...new Set(Object.values(details))].map((message) => {
    const fields = Object.keys(details).filter((field) => details[field] === message);
    const rule = message.replace(SUBJECT, '');
    const names = fields.map(typedAs).join(' and ');
    return `${names}${rule === message ? ':' : ''} ${rule}`;
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
