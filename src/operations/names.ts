import { cut, MAX_NAME } from '../text/cut.ts';
import { escaped } from '../text/printable.ts';

/** First parts of the program's addresses, and its commands: a type cannot have these names. */
export const RESERVED_NAMES = [
  'api',
  'assets',
  'audit',
  'authors',
  'backup',
  'bulk',
  'complete',
  'completion',
  'deliver',
  'docs',
  'find',
  'finds',
  'healthz',
  'help',
  'history',
  'import',
  'imports',
  'jobs',
  'login',
  'logout',
  'mcp',
  'media',
  'metrics',
  'openapi.json',
  'posts',
  'profiles',
  'restore',
  'schedule',
  'schedules',
  'serve',
  'sessions',
  'sources',
  'types',
  'users',
  'webhooks',
  'worker',
  'workers',
] as const;

/** As many characters as `JOB_TYPE_PATTERN` allows. */
const MAX_LENGTH = 64;

const TYPE_NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/** Whether it can be part of an address and the name of a command. */
export function isNamedLikeAType(name: unknown): name is string {
  return typeof name === 'string' && name.length <= MAX_LENGTH && TYPE_NAME.test(name);
}

/** What is said of other names. */
export const MALFORMED = `a name has lower-case letters, digits and single hyphens, begins with a letter, and has at most ${MAX_LENGTH} characters. Give it another name.`;

/** A name for a message: cut, and without control characters. */
export function shownName(name: unknown): string {
  return typeof name === 'string' ? `“${escaped(cut(name, MAX_NAME))}”` : String(name);
}

export function isReserved(name: string): boolean {
  return RESERVED_NAMES.some((reserved) => reserved === name);
}

/** What is said of such a name. */
export const TAKEN = 'is already the name of an address or a command. Give it another name.';
