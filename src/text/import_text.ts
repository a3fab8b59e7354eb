import type { UndoneImport } from '../library/library.ts';
import { bytes, count, counted, date, exact } from './format.ts';
import { isolated } from './isolated.ts';
import { printable } from './printable.ts';
import { table } from './table.ts';

/** An archive, as lists show it. */
interface ListedImport {
  name: string;
  /** Absent for a folder, and when the file was removed. */
  bytes?: number;
  addedAt: Date;
  kind?: 'x' | 'bluesky';
  owner?: string;
  madeAt?: Date;
  posts: number;
  problem?: string;
  removed?: true;
  elsewhere?: true;
}

/** The archives in the imports folder, the names first, what is wrong with one last. */
export function importsText(imports: ListedImport[]): string {
  if (imports.length === 0) return 'No archives.\n';
  const hasProblems = imports.some(({ problem }) => problem !== undefined);
  const rows = imports.map((one) => [
    printable(one.name),
    one.kind ? KINDS[one.kind] : '',
    printable(ownerName(one) ?? ''),
    one.madeAt ? date(one.madeAt) : '',
    sizeText(one),
    count(one.posts),
    exact(one.addedAt),
    ...(hasProblems ? [printable(one.problem ?? '')] : []),
  ]);
  const head = [
    'NAME',
    'KIND',
    'OWNER',
    'MADE',
    'SIZE',
    'POSTS',
    'ADDED',
    ...(hasProblems ? ['PROBLEM'] : []),
  ];
  return `${table(head, rows, false)}\n`;
}

const KINDS = { x: 'X archive', bluesky: 'Bluesky export' };

/** "X archive of @ada, made 3 Mar 2024"; empty when nothing is known. */
export function identityText(one: Pick<ListedImport, 'kind' | 'owner' | 'madeAt'>): string {
  if (!one.kind) return '';
  const owner = ownerName(one);
  const made = one.madeAt ? `, made ${date(one.madeAt)}` : '';
  return `${KINDS[one.kind]}${owner === undefined ? '' : ` of ${owner}`}${made}`;
}

function ownerName({ owner }: Pick<ListedImport, 'owner'>): string | undefined {
  return owner === undefined || owner.startsWith('did:') ? owner : `@${owner}`;
}

/** "48.2 MB", "folder", or where it is when it is not in the folder: "removed", "on another machine". */
export function sizeText({
  bytes: size,
  removed,
  elsewhere,
}: Pick<ListedImport, 'bytes' | 'removed' | 'elsewhere'>): string {
  if (removed) return 'removed';
  if (elsewhere) return 'on another machine';
  return size === undefined ? 'folder' : bytes(size);
}

/** Of a file that is stored under this name, and was therefore not stored again. */
export function knownText(name: string): string {
  return `The imports folder already has this archive as ${isolated(name)}. Reading it from there.`;
}

/** The outcome of a removal. */
export function removedText(name: string): string {
  return `${isolated(name)} was removed. Its imported posts are kept.`;
}

/** The outcome of an upload that is not imported yet. */
export function storedText(name: string): string {
  return `${isolated(name)} was stored. Choose Import to read its posts.`;
}

/** The outcome of an undo, in a sentence or two. */
export function undoneText({ name, removed, stayed }: UndoneImport): string {
  if (removed + stayed === 0)
    return `There was nothing to undo: no post in the library is from ${isolated(name)}.`;
  if (removed === 0) {
    const were = stayed === 1 ? 'was' : 'were';
    return `Nothing was removed: ${counted(stayed, 'post')} of ${isolated(name)} ${were} also brought by another import or job.`;
  }
  const gone = `${counted(removed, 'post')} of ${isolated(name)} ${removed === 1 ? 'was' : 'were'} removed.`;
  if (stayed === 0) return gone;
  return `${gone} ${counted(stayed, 'post')} stayed: another import or job has brought ${stayed === 1 ? 'it' : 'them'} too.`;
}
