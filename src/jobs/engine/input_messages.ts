import type { z } from 'zod';

/**
 * What is wrong with a field, for people, where its schema does not say it itself.
 * @returns undefined for a rule without such words; Zod's own message is used then.
 */
export function messageOf(issue: z.core.$ZodRawIssue): string | undefined {
  const rule = ruleOf(issue);
  return rule && `${nameOf(issue.path ?? [])} ${rule}.`;
}

const KINDS: Record<string, string> = {
  string: 'text',
  int: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  tuple: 'a list',
  date: 'a date',
};

function ruleOf(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type': {
      if (issue.input === undefined) return 'is missing';
      const kind = KINDS[issue.expected];
      return kind && `must be ${kind}`;
    }
    case 'too_small':
      return bound(issue.origin, 'at least', issue.inclusive, issue.minimum);
    case 'too_big':
      return bound(issue.origin, 'at most', issue.inclusive, issue.maximum);
    case 'invalid_value':
      return `must be ${issue.values.length > 1 ? 'one of: ' : ''}${issue.values.map(String).join(', ')}`;
    case 'invalid_format':
      return issue.format === 'regex' ? 'has the wrong form' : `is not a valid ${issue.format}`;
    default:
      return undefined;
  }
}

function bound(
  origin: string,
  words: 'at least' | 'at most',
  isInclusive: boolean | undefined,
  value: number | bigint,
): string | undefined {
  const limit = value.toLocaleString('en');
  switch (origin) {
    case 'number':
    case 'int':
      if (isInclusive !== false) return `must be ${words} ${limit}`;
      return `must be ${words === 'at least' ? 'more' : 'less'} than ${limit}`;
    case 'string':
      return `must have ${words} ${limit} ${value === 1 ? 'character' : 'characters'}`;
    case 'array':
      return `must have ${words} ${limit} ${value === 1 ? 'entry' : 'entries'}`;
    default:
      return undefined;
  }
}

/** `upTo` → "Up to"; the entries of a list count from 1. */
function nameOf(path: readonly PropertyKey[]): string {
  const [field, entry] = path;
  if (path.length === 2 && typeof entry === 'number') {
    return `Entry ${entry + 1} of “${nameOf([field as PropertyKey])}”`;
  }
  const name = path.map(String).join('.') || 'input';
  const words = name.replace(/([a-z\d])([A-Z])/g, '$1 $2').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
