/** One thing that a job needs of its process. A job that needs another one is left to a process that has it. */
export interface Need {
  /** The field of the input that names it. */
  field: string;
  /** What it is, for people: "source". */
  what: string;
  /** What this process has. */
  has: readonly string[];
}
