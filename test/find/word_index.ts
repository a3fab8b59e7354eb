import { Database } from 'bun:sqlite';
import { indexedForms, indexMatch, parseFind, tokensOf } from '../../src/find/index.ts';
import { openDatabase } from '../../src/platform/database.ts';

/** As the library's own index splits texts. */
const TOKENIZE = tokenizerOf(openDatabase(':memory:'));

function tokenizerOf(db: Database): string {
  const { sql } = db.query("SELECT sql FROM sqlite_master WHERE name = 'post_words'").get() as {
    sql: string;
  };
  db.close();
  return /tokenize = ".*"/.exec(sql)?.[0] ?? '';
}

/** An index of one text, which each `set` replaces. */
export function oneTextIndex() {
  const db = new Database(':memory:');
  db.run(`CREATE VIRTUAL TABLE words USING fts5 (text, author_name, stems, ${TOKENIZE})`);
  const insert = db.query('INSERT OR REPLACE INTO words (rowid, text, stems) VALUES (1, ?, ?)');
  const find = db.query('SELECT rowid FROM words WHERE words MATCH ?');
  return {
    set(text: string, language?: string): void {
      const { words, forms } = indexText(text, language);
      insert.run(words, forms);
    },
    /** @throws when SQLite does not understand the expression. */
    has: (expression: string) => find.all(expression).length > 0,
    [Symbol.dispose]: () => db.close(),
  };
}

/** The columns of the index. */
export function indexText(text: string, language?: string): { words: string; forms: string } {
  const tokens = tokensOf(text);
  const words = tokens.map((token) => token.text).join(' ');
  return { words, forms: indexedForms(tokens, language).join(' ') };
}

/** An index of words as the library has it: a column of words, and one of their other forms. */
export class WordIndex {
  readonly #db = new Database(':memory:');

  constructor() {
    this.#db.run(`CREATE VIRTUAL TABLE words USING fts5 (text, stems, content = '', ${TOKENIZE})`);
  }

  add(text: string, language?: string): this {
    const { words, forms } = indexText(text, language);
    this.#db.query('INSERT INTO words (text, stems) VALUES (?, ?)').run(words, forms);
    return this;
  }

  /** @returns the numbers of the texts found, from 0 on. */
  find(typed: string): number[] {
    const { words } = parseFind(typed, 0);
    if (!words) return this.#rows('');
    const match = indexMatch(words, ['text']);
    if (!match) return [];
    const is = match.isExcluded ? 'NOT IN' : 'IN';
    return this.#rows(
      `WHERE rowid ${is} (SELECT rowid FROM words WHERE words MATCH $match)`,
      match.expression,
    );
  }

  finds(typed: string): boolean {
    return this.find(typed).length > 0;
  }

  close(): void {
    this.#db.close();
  }

  #rows(where: string, match?: string): number[] {
    const query = this.#db.query<{ rowid: number }, [{ match?: string }]>(
      `SELECT rowid FROM words ${where} ORDER BY rowid`,
    );
    return query.all(match === undefined ? {} : { match }).map(({ rowid }) => rowid - 1);
  }
}

/** Whether a find for what was typed finds the text. */
export function isFound(text: string, typed: string, language?: string): boolean {
  const index = new WordIndex().add(text, language);
  const found = index.finds(typed);
  index.close();
  return found;
}
