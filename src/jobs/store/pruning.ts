/** Jobs that one step looks at: a few milliseconds, in which SQLite can write nothing else. */
export const STEP = 200;

/** A position between jobs in the order of type, age and key. */
export interface Position {
  type: string;
  createdAt: number;
  key: number;
}

export const BEFORE_ALL: Position = { type: '', createdAt: 0, key: 0 };
