import type { MethodState } from '../sources/source_state.ts';
import { listed } from '../text/listed.ts';
import { CommandFailed, EXIT } from './exit.ts';

/** A method, as far as reading its values needs it. */
type Method = { name: string; fields: Pick<MethodState['fields'][number], 'name' | 'default'>[] };

/** A name and `=`, unless all that follows is the padding of a Base64 text. */
const NAMED = /^\s*[a-z]\w{0,39}\s*=(?!=*\s*$)/i;

/**
 * The values of fields as they are piped in: lines such as `password=…`, a JSON object, or, for a method
 * with one field, its value alone. No message repeats any of it: it may be a secret.
 * @param methods of the source.
 * @param named the method that was typed; it may be absent where there is only one.
 * @throws CommandFailed when it is none of these.
 */
export function readPipedValues(
  text: string,
  methods: Method[],
  named?: string,
): Record<string, unknown> {
  if (text.trim().startsWith('{')) return readJson(text);
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  const possible = methods.filter(({ name }) => named === undefined || name === named);
  const names = methods.flatMap(({ fields }) => fields.map(({ name }) => name));
  const only = possible.length === 1 && possible[0]?.fields.length === 1 && possible[0].fields[0];
  const [first = ''] = lines;
  if (only && lines.length === 1 && isBare(first, names)) return { [only.name]: first.trim() };
  const pairs = lines.map(pairOf);
  const whole = pairs.filter((pair) => pair !== undefined);
  if (pairs.length > 0 && whole.length === pairs.length) return Object.fromEntries(whole);
  throw new CommandFailed(
    `Standard input must have ${formsOf(possible.length > 0 ? possible : methods)}, or one JSON object. Nothing was stored.`,
    EXIT.usage,
  );
}

function isBare(line: string, names: string[]): boolean {
  const [name = ''] = line.split('=', 1);
  return !NAMED.test(line) && !(line.includes('=') && names.includes(name.trim()));
}

function pairOf(line: string): [name: string, value: string] | undefined {
  const at = line.indexOf('=');
  return at > 0 ? [line.slice(0, at).trim(), line.slice(at + 1)] : undefined;
}

/** `the lines auth_token=… and ct0=…, or the value of bearer_token alone (--method api)`. */
function formsOf(methods: Method[]): string {
  const forms = methods.map(({ name, fields }) => {
    const required = fields.filter((field) => field.default === undefined);
    const lines = required.map((field) => `${field.name}=…`);
    if (fields.length > 1) return `the lines ${listed(lines, 'and')}`;
    const method = methods.length > 1 ? ` (--method ${name})` : '';
    return `the line ${lines.join('')}, or its value alone${method}`;
  });
  return forms.join(', or ');
}

function readJson(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text);
  } catch {
    throw new CommandFailed(
      'Standard input begins like JSON, but is not valid JSON. Nothing was stored.',
      EXIT.usage,
    );
  }
}
