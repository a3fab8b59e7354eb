import { printable } from './printable.ts';

/** An error as it is shown. */
export interface ErrorModel {
  status: number;
  /** What happened. */
  title: string;
  /** What was kept, and what to do. */
  message: string;
  /** Field → what is wrong with it. */
  details: Record<string, string>;
}

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
