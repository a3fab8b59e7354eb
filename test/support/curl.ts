/**
 * The subset of curl that the documents use, for machines without curl. Writes the answer to standard
 * output and its status to standard error.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    request: { type: 'string', short: 'X' },
    header: { type: 'string', short: 'H', multiple: true, default: [] },
    data: { type: 'string', short: 'd', multiple: true },
    form: { type: 'string', short: 'F', multiple: true },
    json: { type: 'string' },
    'no-buffer': { type: 'boolean', short: 'N' },
  },
});

const headers = new Headers(
  values.header.map((line): [string, string] => {
    const [name = '', ...rest] = line.split(':');
    return [name, rest.join(':').trim()];
  }),
);

function bodyOf(): string | FormData | undefined {
  if (values.json !== undefined) {
    headers.set('content-type', 'application/json');
    if (!headers.has('accept')) headers.set('accept', 'application/json');
    return values.json === '@-' ? readFileSync(0, 'utf8') : values.json;
  }
  if (values.form) {
    const form = new FormData();
    for (const field of values.form) {
      const [name = '', value = ''] = field.split('=');
      form.append(name, value.startsWith('@') ? Bun.file(value.slice(1)) : value);
    }
    return form;
  }
  if (values.data) headers.set('content-type', 'application/x-www-form-urlencoded');
  return values.data?.join('&');
}

const body = bodyOf();
if (!headers.has('accept')) headers.set('accept', '*/*');

const response = await fetch(`http://${positionals[0]}`, {
  method: values.request ?? (body === undefined ? 'GET' : 'POST'),
  headers,
  body,
});
process.stderr.write(`${response.status}\n`);
// Bun's streams are async iterable; the DOM types lack that.
const pieces = (response.body ?? []) as unknown as AsyncIterable<Uint8Array>;
for await (const piece of pieces) process.stdout.write(piece);
