import type { WriteStream } from 'node:tty';

const UP = '\x1b[A';
const CLEAR_LINE = '\x1b[2K';

/** Lines at the end of a terminal that are redrawn in place. */
export class LiveLines {
  #drawn = 0;

  constructor(private readonly terminal: WriteStream) {}

  get columns(): number {
    // Some terminals start a new line when the last column is filled.
    return (this.terminal.columns || 80) - 1;
  }

  /** How many lines can be redrawn: those that have scrolled away cannot. */
  get rows(): number {
    return Math.max(1, (this.terminal.rows || 24) - 1);
  }

  /** @param lines none of them wider than `columns`, and no more than `rows`. */
  draw(lines: string[]): void {
    const erased = (UP + CLEAR_LINE).repeat(this.#drawn);
    this.terminal.write(erased + lines.map((line) => `${line}\n`).join(''));
    this.#drawn = lines.length;
  }

  clear(): void {
    this.draw([]);
  }
}
