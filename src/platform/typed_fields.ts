import { z } from 'zod';
import { timeOf } from './time.ts';

/**
 * Fields of a query as they are typed, in an address or in a terminal: blanks around a value do not
 * count, and an empty one is absent. The blanks go for all fields at once, so that fields that are
 * absent cost nothing.
 */
export function typedFields<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.preprocess(trimmed, z.object(shape));
}

/** The same; a field with another name is refused with what `unknown` says of it. */
export function onlyTypedFields<Shape extends z.ZodRawShape>(
  shape: Shape,
  unknown: (name: string) => string,
) {
  const error = (issue: { code?: string; keys?: unknown }) =>
    issue.code === 'unrecognized_keys' ? unknown(String((issue.keys as string[])[0])) : undefined;
  return z.preprocess(trimmed, z.strictObject(shape, { error }));
}

function trimmed(given: unknown): unknown {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return given;
  const fields: Record<string, unknown> = Object.create(null);
  for (const [name, value] of Object.entries(given)) {
    const text = typeof value === 'string' ? value.trim() : value;
    if (text !== '') fields[name] = text;
  }
  return fields;
}

/** What the document tells of a field; beside the check itself, because it would lose it elsewhere. */
type About = {
  description: string;
  default?: unknown;
  examples?: unknown[];
};

/** A whole number between two bounds, both included. */
export function typedWholeNumber(min: number, max: number, error: string, about: About) {
  return z.preprocess(
    (value) => (typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value),
    z.int({ error }).min(min, error).max(max, error).meta(about).optional(),
  );
}

/** A text of at most `max` characters. */
export function typedText(max: number, error: string, description: string, example?: string) {
  const about = { description, ...(example && { examples: [example] }) };
  return z.string().max(max, error).meta(about).optional();
}

/** A point in time. It stays text: `timeOf` reads it. */
export function typedTime(label: string, about: About) {
  const error = `${label} must be a time, for example 2026-01-31T12:00:00Z.`;
  const time = z.string().refine((text) => timeOf(text) !== undefined, error);
  return time.meta({ format: 'date-time', ...about }).optional();
}

/** Field → the first thing that is wrong with it. */
export function detailsOf({ issues }: Pick<z.ZodError, 'issues'>): Record<string, string> {
  const details = new Map<string, string>();
  for (const { path, message } of issues) {
    // Of a list or a group of fields the name says more than the whole path.
    const field = String(path.findLast((part) => typeof part === 'string') ?? 'body');
    if (!details.has(field)) details.set(field, message);
  }
  return Object.fromEntries(details);
}
