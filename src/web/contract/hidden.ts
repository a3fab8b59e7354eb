import type { DeclaredInput } from './declare.ts';

/**
 * Parameters that are passed on unchecked. All other schemas need Zod, which the first page does not
 * wait for.
 */
const UNREAD: DeclaredInput<Record<string, string>> = {
  '~standard': {
    version: 1,
    vendor: 'zod',
    validate: (value) => ({ value: value as Record<string, string> }),
  },
  types: [],
  schema() {
    throw new Error('A hidden route has no description.');
  },
};

/** A route without parameters that the document does not describe. */
export const HIDDEN = { query: UNREAD, detail: { hide: true } };

/** The same with parts of its path that its handler reads. */
export const HIDDEN_PATH = { params: UNREAD, ...HIDDEN };
