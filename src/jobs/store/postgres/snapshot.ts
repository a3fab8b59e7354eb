/** Which transactions are visible at a moment, as PostgreSQL's `pg_snapshot`. */
export interface Snapshot {
  /** `xmin:xmax:xip,…` */
  text: string;
  /** All transactions below it have ended. */
  xmin: number;
  /** All transactions from it on had not begun, or not ended. */
  xmax: number;
  /** Those between that had not ended. */
  underWay: readonly number[];
}

export function toSnapshot(text: string): Snapshot {
  const [xmin = 0, xmax = 0] = text.split(':').map(Number);
  const list = text.split(':')[2] ?? '';
  return { text, xmin, xmax, underWay: list === '' ? [] : list.split(',').map(Number) };
}

/** Whether a transaction that has been committed was so at that moment. */
export function isVisible(xid: number, { xmin, xmax, underWay }: Snapshot): boolean {
  return xid < xmin || (xid < xmax && !underWay.includes(xid));
}

/**
 * The condition of rows that a committed transaction has written, and that were not visible at an
 * earlier moment: every row is visible for the first time between two moments, whatever the order in
 * which transactions begin and end.
 * @param of the values of `$1` and `$2`.
 */
export function unseen({ xmax, underWay }: Snapshot): [xmax: string, underWay: string[]] {
  return [String(xmax), underWay.map(String)];
}

/** Each half uses the index on `xid`. */
export const unseenRows = (columns: string, more = '') => `
  SELECT ${columns} FROM job_changes WHERE xid >= $1::text::xid8 ${more}
  UNION ALL
  SELECT ${columns} FROM job_changes WHERE xid = ANY($2::text[]::xid8[]) ${more}`;
