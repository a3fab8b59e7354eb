import { readUsername } from '../../text/usernames.ts';
import { trimmed, type Values } from '../sentences.ts';

export default function sentence(values: Values): string {
  if (trimmed(values.username) === '') return 'Enter a username to see what will be deleted.';
  const read = readUsername(values.username ?? '');
  if ('problem' in read) return read.problem;
  const of = `of @${read.username}${from(values.source)}`;
  if (values.onlyCount === 'true') return `Counts what is stored ${of}. Nothing is deleted.`;
  return `Deletes all posts ${of}, with the profile. This cannot be undone.`;
}

function from(source: string | undefined): string {
  return trimmed(source) === '' ? '' : ` from the source ${trimmed(source)}`;
}
