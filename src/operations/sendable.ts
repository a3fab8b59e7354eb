import { z } from 'zod';
import { hasWords } from './fields.ts';

/**
 * Forms and commands send texts. A plain schema for a number or a tick would refuse them, so each such
 * field of an object is read first: digits as a number, `on` as true, an empty text as absent, a text
 * with commas as a list. JSON is accepted as before.
 */
export function sendable(schema: z.ZodType): z.ZodType {
  if (!(schema instanceof z.ZodObject)) return schema;
  const shape = Object.fromEntries(
    Object.entries(schema.shape as Record<string, z.ZodType>).map(([name, field]) => [
      name,
      hasWords(field) ? field : z.preprocess(readerOf(field), field),
    ]),
  );
  // Unlike a new object, a clone keeps what is checked of the whole.
  return schema.clone({ ...schema.def, shape });
}

type Reader = (given: unknown) => unknown;

const READERS: Partial<Record<string, (text: string) => unknown>> = {
  integer: asNumber,
  number: asNumber,
  boolean: asBoolean,
  array: (text) => text.split(',').map((part) => part.trim()),
};

function readerOf(field: z.ZodType): Reader {
  const { type } = z.toJSONSchema(field, { io: 'input', unrepresentable: 'any' });
  const read = READERS[String(type)];
  return (given) => {
    if (typeof given !== 'string') return given ?? undefined;
    if (given.trim() === '') return undefined;
    return read ? read(given.trim()) : given;
  };
}

function asNumber(text: string): unknown {
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}

function asBoolean(text: string): unknown {
  if (text === 'true' || text === 'on' || text === '1') return true;
  return text === 'false' || text === 'off' || text === '0' ? false : text;
}
