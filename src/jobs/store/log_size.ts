/** How much of a log is kept, in bytes: its newest lines. */
export const MAX_LOG = 1024 * 1024;
