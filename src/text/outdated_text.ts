/** Of an answer from the copy of this machine, while PostgreSQL cannot be reached. */
export const OUTDATED_COPY =
  'The PostgreSQL server cannot be reached. This was copied from it before, and may be out of date.';
