import { z } from 'zod';

/**
 * Fields of a query as it is typed, in an address or in a terminal: blanks around a value do not
 * count, and an empty one is absent.
 */
export function typed<Schema extends z.ZodType>(schema: Schema) {
  return z.preprocess(
    (value) => (typeof value === 'string' ? value.trim() || undefined : value),
    schema.optional(),
  );
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
    (value) => (typeof value === 'string' ? digitsAsNumber(value.trim()) : value),
    z.int({ error }).min(min, error).max(max, error).meta(about).optional(),
  );
}

/** A point in time. It stays text: `timeOf` reads it. */
export function typedTime(label: string, about: About) {
  const error = `${label} must be a time, for example 2026-01-31T12:00:00Z.`;
  const time = z.string().refine((text) => timeOf(text) !== undefined, error);
  return typed(time.meta({ format: 'date-time', ...about }));
}

/** A time as a form's field sends it, without a zone; it is taken as UTC. */
const WITHOUT_ZONE = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?$/;

/** Milliseconds since 1970 UTC; `undefined` for what is not a time. */
export function timeOf(text: string): number | undefined {
  const time = Date.parse(WITHOUT_ZONE.test(text) ? `${text}Z` : text);
  return Number.isNaN(time) ? undefined : time;
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

function digitsAsNumber(text: string): unknown {
  if (text === '') return undefined;
  return /^\d{1,15}$/.test(text) ? Number(text) : text;
}
