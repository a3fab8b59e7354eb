import { expect, test } from 'bun:test';
import { createLibrary } from '../../src/library/index.ts';
import { openDatabase } from '../../src/platform/database.ts';
import { prepareStatements } from '../../src/platform/statement.ts';

test('no statement about an author reads all posts of a source', () => {
  const db = openDatabase(':memory:');
  const query = db.query.bind(db);
  const prepared: string[] = [];
  db.query = (sql: string) => {
    prepared.push(sql);
    return query(sql);
  };
  createLibrary(db);
  prepareStatements(db);
  const aboutAuthors = prepared.filter(
    (sql) => /FROM posts|UPDATE posts/.test(sql) && /\bauthor\b/.test(sql),
  );
  expect(aboutAuthors.length).toBeGreaterThan(5);
  const slow = aboutAuthors.filter((sql) =>
    query<{ detail: string }, []>(`EXPLAIN QUERY PLAN ${sql}`)
      .all()
      .some(({ detail }) => /SCAN posts|posts_by_source \(source=\?\)$/.test(detail)),
  );
  expect(slow).toEqual([]);
});
