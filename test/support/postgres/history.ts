import { COLUMNS, FORBIDDEN, OVERTAKEN } from '../job_history.ts';

const CHANGED = [...COLUMNS, 'result', 'completed_at']
  .map((name) => `new.${name} IS DISTINCT FROM old.${name}`)
  .join(' OR ');

function noting(what: string, before: 'old' | undefined, after: 'new' | undefined): string {
  const row = after ?? before;
  const states = COLUMNS.flatMap((name) =>
    [before, after].map((each) => (each ? `${each}.${name}` : 'NULL')),
  );
  const order =
    before && after
      ? `${OVERTAKEN}, new.run_at, new.started_at, ${FORBIDDEN}::integer`
      : '0, NULL, NULL, 0';
  return `
    CREATE FUNCTION note_${what}() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      INSERT INTO history (what, id, tracked, completed_at, result_after,
                           ${COLUMNS.map((name) => `${name}_before, ${name}_after`).join(', ')},
                           overtaken, run_at, started_at, forbidden)
      VALUES ('${what}', ${row}.id, ${row}.tracked, ${row}.completed_at,
              ${after ? 'new.result' : 'NULL'}, ${states.join(', ')}, ${order});
      RETURN NULL;
    END $$;`;
}

/**
 * Records every change of every row, every progress, and the data that handlers commit with it, as `HISTORY`
 * does on SQLite. The numbers are in the order in which the changes were made, not in that of the commits; of
 * one job the two are the same.
 */
export const HISTORY_ON_POSTGRES = `
  CREATE TABLE history (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, what text, id text, tracked integer,
    status_before text, status_after text, attempt_before integer, attempt_after integer,
    checkpoint_before text, checkpoint_after text, errors_before text, errors_after text,
    overtaken integer, run_at bigint, started_at bigint, forbidden integer,
    result_after text, completed_at bigint);
  CREATE TABLE written (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, job_id text, attempt integer, note text);
  CREATE TABLE progressed (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, attempt integer, current bigint);
  CREATE FUNCTION note_progress() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    INSERT INTO progressed (attempt, current) VALUES (new.attempt, new.progress_current);
    RETURN NULL;
  END $$;
  CREATE TRIGGER history_progressed AFTER UPDATE OF progress_current ON jobs
    FOR EACH ROW WHEN (new.progress_current IS DISTINCT FROM old.progress_current)
    EXECUTE FUNCTION note_progress();
  ${noting('came', undefined, 'new')}
  ${noting('changed', 'old', 'new')}
  ${noting('went', 'old', undefined)}
  CREATE TRIGGER history_came AFTER INSERT ON jobs FOR EACH ROW EXECUTE FUNCTION note_came();
  CREATE TRIGGER history_changed AFTER UPDATE ON jobs
    FOR EACH ROW WHEN (${CHANGED}) EXECUTE FUNCTION note_changed();
  CREATE TRIGGER history_went AFTER DELETE ON jobs FOR EACH ROW EXECUTE FUNCTION note_went();`;
