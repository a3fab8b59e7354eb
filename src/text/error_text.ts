import type { ErrorModel } from '../../views/view_models.ts';
import { printable } from './printable.ts';

/** An error as plain text: what happened, what to do, and the details of each field. */
export function errorText(model: ErrorModel): string {
  return partsOf(model)
    .map((part) => `${part}\n`)
    .join('');
}

/** The same on one line. */
export function errorLine(model: ErrorModel): string {
  return `${partsOf(model).join('  ')}\n`;
}

function partsOf({ status, title, message, details }: ErrorModel): string[] {
  const fields = Object.entries(details).map(([field, wrong]) => `${field}: ${wrong}`);
  return [`${status} ${title}`, message, ...fields].filter(Boolean).map(printable);
}
