import type { InvalidInput } from '../jobs/index.ts';
import { CommandFailed, EXIT } from './exit.ts';

/** What a check found wrong, each under the name that it was typed under: `--max: …`. */
export function wrongInput(
  { details }: InvalidInput,
  typedAs: (field: string) => string,
): CommandFailed {
  const lines = Object.entries(details).map(([field, message]) => `${typedAs(field)}: ${message}`);
  return new CommandFailed(lines.join('\n'), EXIT.usage);
}
