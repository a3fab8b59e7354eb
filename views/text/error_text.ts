import type { ErrorModel } from '../view_models.ts';
import { printable } from './printable.ts';

/** A refusal for a terminal: what happened, what to do, and each field it names. */
export function errorText({ status, title, message, details }: ErrorModel): string {
  const fields = Object.entries(details).map(([field, wrong]) => `${field}: ${wrong}`);
  return [`${status} ${title}`, message, ...fields]
    .filter(Boolean)
    .map((line) => `${printable(line)}\n`)
    .join('');
}
