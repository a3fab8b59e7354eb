/** Groups of commands with a `list`. */
const LISTING_GROUPS = [
  'jobs',
  'users',
  'sources',
  'types',
  'imports',
  'finds',
  'schedule',
  'webhooks',
];

/**
 * Lists what a group of commands is about when none of them is named: `jobs --status failed` is
 * `jobs list --status failed`. Commander's own default command would take a mistyped command for
 * words to look for.
 */
export function withList([group = '', ...rest]: string[]): string[] {
  const [next = '--'] = rest;
  const isNamed = !next.startsWith('-') || next === '-h' || next === '--help';
  return LISTING_GROUPS.includes(group) && !isNamed ? [group, 'list', ...rest] : [group, ...rest];
}
