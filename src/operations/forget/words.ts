import { cut, MAX_NAME } from '../../text/cut.ts';
import { listed } from '../../text/listed.ts';
import { defineWords, type NotePlace, type ResultLink } from '../operation.ts';
import { amount } from '../result_words.ts';

export default defineWords({
  name: 'Forget',
  heading: 'Delete an author and everything of theirs',
  order: 6,
  // It collects nothing: an author’s page leads to it.
  menu: [],
  icon: 'M3 4.5h10M6.5 4.5V3h3v1.5M4.5 4.5l.6 8.5h5.8l.6-8.5',
  summary: 'Delete an author and everything of theirs',
  example: { username: 'aurora_lab', source: 'sample' },
  isOnce: true,
  button: { field: 'onlyCount', ticked: 'Count', unticked: 'Delete' },
  result: ({ posts, profiles, username, source, counted }, beside) => {
    const what = [amount(posts, 'post'), profiles !== 0 && amount(profiles, 'profile')];
    const of =
      typeof username === 'string' && beside?.username !== username
        ? ` of @${cut(username, MAX_NAME)}`
        : '';
    const from =
      typeof source === 'string' && beside?.source !== source ? ` from the source ${source}` : '';
    return `${what.filter(Boolean).join(' and ')}${of}${from}${counted === true ? '' : ' deleted'}`;
  },
  notes: ({ counted, ...result }, place) => [
    ...(counted === true ? ['They were only counted. Nothing was deleted.'] : []),
    ...elsewhere(result, place),
  ],
  links: deletion,
  labels: { onlyCount: 'Only count', counted: 'Only counted' },
});

/** An author of the same name at another source may be the one that was meant. */
function elsewhere(
  { username, elsewhere: others }: Record<string, unknown>,
  place: NotePlace,
): string[] {
  if (!Array.isArray(others) || others.length === 0) return [];
  const names = others.map(String);
  const choose =
    place === 'terminal'
      ? `add --source ${names.join(' or --source ')}`
      : `choose ${listed(names, 'or')} as the source`;
  const of = `@${cut(String(username), MAX_NAME)}`;
  return [
    `There are also posts of ${of} from ${listed(names, 'and')}. To delete those, ${choose}.`,
  ];
}

/** The form again, without the tick that kept everything. */
function deletion(
  { counted, posts, profiles, username }: Record<string, unknown>,
  { source }: Record<string, unknown>,
): ResultLink[] {
  if (counted !== true || (posts === 0 && profiles === 0)) return [];
  const query = { username: String(username), source: String(source), onlyCount: 'false' };
  return [{ words: 'Delete them…', path: '/forget', query }];
}
