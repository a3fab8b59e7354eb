import type { Job } from '../jobs/job.ts';
import type { SourcePace } from '../sources/connection.ts';
import { customWords } from './custom_types.ts';
import { folderSentences, folderWords } from './folder_words.ts';
import {
  type MenuEntry,
  type NotePlace,
  type OperationWords,
  type ResultLink,
  resultOf,
  type UndoWords,
  type Words,
} from './operation.ts';
import type { Values } from './sentences.ts';

const WORDS: Record<string, OperationWords | undefined> = { ...customWords(), ...folderWords };

/** The types with a folder, and those that the program adds, in the order of the navigation. */
export const OPERATION_TYPES: readonly string[] = Object.keys(WORDS).sort(byOrder);

function byOrder(one: string, other: string): number {
  const order = (type: string) => WORDS[type]?.order ?? Number.MAX_SAFE_INTEGER;
  return order(one) - order(other) || (one < other ? -1 : 1);
}

/** The words of a type. A type of the tracker alone has the defaults. */
export function wordsOf(type: string): Words {
  const given: OperationWords = Object.hasOwn(WORDS, type) ? (WORDS[type] ?? {}) : {};
  const name = given.name ?? type.charAt(0).toUpperCase() + type.slice(1);
  const summary = `Start a job of the type ${type}`;
  return { summary, heading: name, menu: [{ name }], ...given, name };
}

export interface CollectEntry extends Required<Omit<MenuEntry, 'order'>> {
  type: string;
  /** Of the form, with its values. */
  path: `/${string}`;
}

/** The forms of all types, in the order of the menu Collect. */
export const COLLECT_ENTRIES: readonly CollectEntry[] = OPERATION_TYPES.flatMap((type) => {
  const { menu, order, summary } = wordsOf(type);
  return menu.map((entry) => ({ type, order, does: summary, query: {}, ...entry }));
})
  .map((entry) => ({ ...entry, path: pathOf(entry) }))
  .sort((one, other) => (one.order ?? Number.MAX_VALUE) - (other.order ?? Number.MAX_VALUE));

function pathOf({ type, query }: { type: string; query: Record<string, string> }): `/${string}` {
  const fields = new URLSearchParams(query).toString();
  return fields === '' ? `/${type}` : `/${type}?${fields}`;
}

/** Whether the browser's script can make the sentence of a type. */
export function hasOwnSentence(type: string): boolean {
  return folderSentences[type] !== undefined && Object.hasOwn(folderSentences, type);
}

/**
 * What a job with that input does, in one sentence; empty when the type has none.
 * @param input complete and checked.
 * @param source that it reads, for how long it takes and what it costs. Default: neither is said.
 */
export function inputSentence(
  type: string,
  input: Record<string, unknown>,
  source?: SourcePace,
): string {
  if (!hasOwnSentence(type)) return wordsOf(type).starts?.(input) ?? '';
  const values = Object.entries(input).map(([name, value]) => [name, String(value)]);
  return sentence(type, Object.fromEntries(values), source);
}

/** What the form of a type would start; empty when the type has no sentence. */
export function sentence(type: string, values: Values, source?: SourcePace): string {
  return Object.hasOwn(folderSentences, type)
    ? (folderSentences[type]?.(values, source) ?? '')
    : '';
}

/**
 * The result of a job in a few words: "1,000 posts of @aurora_lab, 940 new"; may be empty.
 * @param beside the job's input, where its name stands beside the words: "1,000 posts, 940 new".
 */
export function resultSummary(
  job: Pick<Job, 'type' | 'result'>,
  beside?: Record<string, unknown>,
): string {
  const result = resultOf(job);
  return (result && wordsOf(job.type).result?.(result, beside)) ?? '';
}

/** What else to say of a job's result, in sentences; see `OperationWords`. */
export function resultNotes(
  job: Pick<Job, 'type' | 'status' | 'result'>,
  place: NotePlace,
): string[] {
  const result = job.status === 'completed' ? resultOf(job) : undefined;
  return (result && wordsOf(job.type).notes?.(result, place)) ?? [];
}

/** What a schedule's input has where nothing else was given; see `OperationWords`. */
export function repeatedDefaults(
  type: string,
  input: Record<string, unknown>,
): Record<string, unknown> {
  return wordsOf(type).repeated?.(input) ?? {};
}

/** Whether jobs of a type are started by hand only, and never by a schedule. */
export function isOnce(type: string): boolean {
  return wordsOf(type).isOnce ?? false;
}

/** How to take back what a completed job did. */
export function undoWords(
  job: Pick<Job, 'type' | 'status' | 'result' | 'metadata'>,
): UndoWords | undefined {
  const result = job.status === 'completed' ? resultOf(job) : undefined;
  return result && wordsOf(job.type).undo?.(result, job.metadata ?? {});
}

/** Links to what a job collected. */
export function resultLinks(job: Pick<Job, 'type' | 'result' | 'metadata'>): ResultLink[] {
  const result = resultOf(job);
  return (result && wordsOf(job.type).links?.(result, job.metadata ?? {})) ?? [];
}

/** Where a completed job leads: "See the 200 posts". */
export function nextLink(
  job: Pick<Job, 'type' | 'status' | 'result' | 'metadata'>,
): ResultLink | undefined {
  const result = job.status === 'completed' ? resultOf(job) : undefined;
  return result && wordsOf(job.type).next?.(result, job.metadata ?? {});
}

/** A CSS rule for each type with an icon. The id of a job's card begins with its type. */
export function iconStyles(): string {
  return OPERATION_TYPES.flatMap((type) => {
    const { icon } = wordsOf(type);
    return icon === undefined ? [] : `[id^="job-${type}-"] > a {\n--shape: ${shapeOf(icon)};\n}\n`;
  }).join('');
}

function shapeOf(path: string): string {
  const line = `fill='none' stroke='black' stroke-width='1.5' stroke-linecap='round' stroke-linejoin='round'`;
  return `url("data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'><path ${line} d='${path}'/></svg>")`;
}
