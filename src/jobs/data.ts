/**
 * What a handler saves together with its checkpoint. Whoever stores such data adds its entry by
 * declaration merging, and what became of it to `SavedData`:
 *
 *     declare module './data.ts' {
 *       interface JobData { posts?: Post[] }
 *       interface SavedData { posts: { added: number } }
 *     }
 */
// biome-ignore lint/suspicious/noEmptyInterface: filled by declaration merging
export interface JobData {}

// biome-ignore lint/suspicious/noEmptyInterface: filled by declaration merging
export interface SavedData {}

/**
 * Saves what a handler commits, inside the store's own transaction: synchronous on SQLite, and with
 * no effect outside the database, because it may be run again after a rollback.
 */
export type SaveData = (data: JobData) => SavedData;
