import { z } from 'zod';

/**
 * Fields that operations share. They read forms and JSON alike: an empty field counts as absent, a
 * number may come as digits, a tick as `on`. Messages stand next to the field and say what to do.
 */

const MAX_QUERY_LENGTH = 500;
const MAX_TERMS = 20;

const absentWhenBlank = (value: unknown) =>
  value === null || (typeof value === 'string' && value.trim() === '') ? undefined : value;

const digitsAsNumber = (value: unknown) => {
  const given = absentWhenBlank(value);
  return typeof given === 'string' && /^\s*[+-]?\d+(\.\d+)?\s*$/.test(given)
    ? Number(given)
    : given;
};

const tickAsBoolean = (value: unknown) => {
  const given = absentWhenBlank(value);
  if (given === 'true' || given === 'on' || given === '1') return true;
  if (given === 'false' || given === 'off' || given === '0') return false;
  return given;
};

/** A whole number between two bounds, both included. */
export function wholeNumber(label: string, min: number, max: number, fallback: number) {
  return z.preprocess(digitsAsNumber, between(label, min, max).default(fallback));
}

export function optionalWholeNumber(label: string, min: number, max: number) {
  return z.preprocess(digitsAsNumber, between(label, min, max).optional());
}

function between(label: string, min: number, max: number) {
  const [from, to] = [min, max].map(grouped);
  const error = `${label} must be a whole number from ${from} to ${to}.`;
  return z.number({ error }).int(error).min(min, error).max(max, error);
}

/** As `toLocaleString('en')` writes a whole number, which takes 4 ms the first time. */
function grouped(bound: number): string {
  return String(bound).replace(/\B(?=(?:\d{3})+$)/g, ',');
}

export function tick(label: string, fallback: boolean) {
  return z.preprocess(
    tickAsBoolean,
    z.boolean({ error: `${label} must be true or false.` }).default(fallback),
  );
}

export function choice<const Values extends readonly [string, ...string[]]>(
  label: string,
  values: Values,
  fallback: Values[number],
) {
  const error = `${label} must be one of: ${values.join(', ')}.`;
  return z.preprocess(absentWhenBlank, z.enum(values, { error }).default(fallback as never));
}

function missingOrNoText(label: string, advice: string) {
  return ({ input }: { input?: unknown }) =>
    input === undefined ? `${label} is missing. ${advice}` : `${label} must be text. ${advice}`;
}

/** A username with or without its `@`. */
export function username() {
  return (
    z
      .preprocess(
        (value) => {
          const given = absentWhenBlank(value);
          return typeof given === 'string' ? given.trim().replace(/^@/, '') : given;
        },
        z
          .string({ error: missingOrNoText('Username', 'Type one, for example aurora_lab.') })
          .regex(
            /^[\p{L}\p{N}_][\p{L}\p{N}_.-]{0,99}$/u,
            'Username may have letters, digits, and _ . - only, 100 at most, with or without @ in front.',
          ),
      )
      // As it may be sent.
      .meta({ pattern: '^@?[\\p{L}\\p{N}_][\\p{L}\\p{N}_.-]{0,99}$' })
  );
}

/** Free words, without control characters. */
export function words(label: string, example: string) {
  return z.preprocess(
    (value) => {
      const given = absentWhenBlank(value);
      return typeof given === 'string' ? given.trim() : given;
    },
    z
      .string({ error: missingOrNoText(label, `Type what to look for, for example ${example}.`) })
      .max(MAX_QUERY_LENGTH, `${label} may have ${MAX_QUERY_LENGTH} characters at most.`)
      .regex(/^\P{Cc}*$/u, `${label} may not have line breaks or other control characters.`),
  );
}

/** Comma-separated terms: at least one, 20 at most. */
export function terms() {
  return words('Query', 'space, jazz')
    .refine((query) => termsOf(query).length > 0, 'Query has no words. Type what to look for.')
    .refine(
      (query) => termsOf(query).length <= MAX_TERMS,
      `Query may have ${MAX_TERMS} terms at most. Start several searches instead.`,
    );
}

export function termsOf(query: string): string[] {
  return query
    .split(',')
    .map((term) => term.trim())
    .filter(Boolean);
}
