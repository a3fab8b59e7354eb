/** What a run for what is new says of itself, in its log and beside its result. */

export const FIRST_RUN =
  'No earlier run has read this author with the same choice of replies and reposts, so this run has read up to its maximum, known posts included. The next one reads only what is new.';

export const MORE_NEW =
  'The maximum was reached before the posts of the last run. Run it again to read on.';

export const REACHED =
  'Reached the posts of the last run. Backdated posts need a run that reads all.';
