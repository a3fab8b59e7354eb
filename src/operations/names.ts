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

/** Whether it can be part of an address and the name of a command. */
export function isNamedLikeAType(name: string): boolean {
  return /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name);
}

export function isReserved(name: string): boolean {
  return RESERVED_NAMES.some((reserved) => reserved === name);
}

/** What is said of such a name. */
export const TAKEN = 'is already the name of an address or a command. Give it another name.';
