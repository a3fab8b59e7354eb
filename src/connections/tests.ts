import type { Database } from 'bun:sqlite';
import { statement } from '../platform/statement.ts';
import type { WriteQueue } from '../platform/writer.ts';
import type { ConnectionTest } from '../sources/source_state.ts';

export type Outcome = Omit<ConnectionTest, 'at'>;

interface StoreOptions {
  db: Database;
  writer: WriteQueue;
  /** Milliseconds since 1970. */
  now: () => number;
}

export interface Tests {
  read(source: string): ConnectionTest | undefined;
  /**
   * Stores the outcome of the last test.
   * @param of when the tested credentials were stored: the outcome says nothing of later ones.
   */
  record(source: string, outcome: Outcome, of: Date | undefined): Promise<void>;
}

export function createTests({ db, writer, now }: StoreOptions): Tests {
  const find = statement<Outcome & { tested_at: number }, [string]>(
    db,
    'SELECT outcome, message, tested_at FROM source_tests WHERE source = ?',
  );
  const record = statement<null, Record<string, string | number | null>>(
    db,
    `INSERT INTO source_tests (source, outcome, message, tested_at)
     SELECT $source, $outcome, $message, $now
     WHERE (SELECT updated_at FROM source_credentials WHERE source = $source) IS $of
     ON CONFLICT (source) DO UPDATE SET
       outcome = excluded.outcome, message = excluded.message, tested_at = excluded.tested_at`,
  );
  return {
    read(source) {
      const row = find.get(source);
      if (!row) return undefined;
      const { outcome, message, tested_at } = row;
      return { outcome, message, at: new Date(tested_at) };
    },
    record: (source, { outcome, message }, of) =>
      writer.write(
        () => void record.run({ source, outcome, message, now: now(), of: of?.getTime() ?? null }),
      ),
  };
}
