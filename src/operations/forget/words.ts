import { cut, MAX_NAME } from '../../text/cut.ts';
import { isolated } from '../../text/isolated.ts';
import { listed } from '../../text/listed.ts';
import { shellQuoted } from '../../text/printable.ts';
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
    ...archivesLeft(result, place),
    ...partsLeft(result),
    ...elsewhere(result, place),
  ],
  effects: {
    ifCancelled: 'Cancelling keeps what it has not deleted yet.',
    ifRemoved: 'Removing the job brings nothing back, and deletes nothing else.',
    stopped: 'What it has deleted stays deleted.',
  },
  links: deletion,
  labels: {
    onlyCount: 'Only count',
    counted: 'Only counted',
    archives: 'Archives that stay',
    left: 'May still be in',
  },
});

const ARCHIVES: ResultLink = {
  words: 'Archives…',
  path: '/scrape',
  query: { source: 'archive' },
};

const LEFT = {
  log: 'Another process kept reading, so the log of changes (xgpt.sqlite-wal) may still contain what was deleted, until later changes overwrite it or xgpt is stopped.',
  pages:
    'The database file was not rewritten, because it is large or in use. Unused parts of its pages may still contain single posts. To get a file without them, run xgpt backup, then xgpt restore.',
};

function partsLeft({ left }: Record<string, unknown>): string[] {
  const parts = Object.keys(LEFT) as (keyof typeof LEFT)[];
  return Array.isArray(left)
    ? parts.filter((part) => left.includes(part)).map((part) => LEFT[part])
    : [];
}

/** One press on Import would bring everything back. */
function archivesLeft({ archives }: Record<string, unknown>, place: NotePlace): string[] {
  if (!Array.isArray(archives) || archives.length === 0) return [];
  const names = archives.map(String);
  const [plural, have, them] = names.length === 1 ? ['', 'has', 'it'] : ['s', 'have', 'them'];
  const which = listed(
    names.map((name) => isolated(cut(name, MAX_NAME))),
    'and',
  );
  const how =
    place === 'terminal'
      ? `run ${listed(
          names.map((name) => `xgpt imports remove ${shellQuoted(name)}`),
          'and',
        )}`
      : `use Remove beside ${them} in the list of archives`;
  return [
    `The archive${plural} ${which} still ${have} the posts and pictures: another import would bring them back. To remove ${them}, ${how}.`,
  ];
}

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

/** The form again, without the tick that kept everything; and where archives are removed. */
function deletion(
  { counted, posts, profiles, username, archives }: Record<string, unknown>,
  { source }: Record<string, unknown>,
): ResultLink[] {
  const query = { username: String(username), source: String(source), onlyCount: 'false' };
  const isLeft = counted === true && (posts !== 0 || profiles !== 0);
  return [
    ...(isLeft ? [{ words: 'Delete them…', path: '/forget' as const, query }] : []),
    ...(Array.isArray(archives) ? [ARCHIVES] : []),
  ];
}
