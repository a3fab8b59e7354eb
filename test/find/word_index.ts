import { Database } from 'bun:sqlite';
import { indexMatch, indexText, parseFind } from '../../src/find/index.ts';

/** An index of words as the library has it: a column of words, and one of their other forms. */
export class WordIndex {
  readonly #db = new Database(':memory:');

  constructor() {
    this.#db.run(`CREATE VIRTUAL TABLE words USING fts5 (text, stems, content = '',
      tokenize = "unicode61 remove_diacritics 0 categories 'L* M* N* Co So'")`);
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
