import { CommandFailed, EXIT } from './exit.ts';

/** A terminal, as far as a prompt needs it. */
interface Terminal {
  setRawMode?(mode: boolean): unknown;
  on(event: 'data', listener: (chunk: Buffer | string) => void): unknown;
  off(event: 'data', listener: (chunk: Buffer | string) => void): unknown;
  resume(): unknown;
  pause(): unknown;
}

const ENTER = /^[\r\n]$/;
const CTRL_C = '\x03';
const CTRL_D = '\x04';
const CTRL_U = '\x15';
const BACKSPACE = /^[\x7f\b]$/;
const CONTROL = /^\p{Cc}$/u;

/** Arrows and other keys send several characters, which must not become a part of the answer. */
const KEYS = new RegExp(`${String.fromCharCode(27)}(\\[[0-9;?]*[ -/]*[@-~]|O.|.)`, 'gu');

/** Asks for lines. The terminal echoes nothing; what is not secret is echoed here. */
export class Prompt implements Disposable {
  /** What was typed or pasted beyond the last line. */
  #typed = '';
  #wake: () => void = () => {};
  readonly #receive = (chunk: Buffer | string) => {
    this.#typed += String(chunk).replace(KEYS, '');
    this.#wake();
  };

  constructor(
    private readonly input: Terminal = process.stdin,
    private readonly show: (text: string) => void = (text) => void process.stderr.write(text),
  ) {
    input.setRawMode?.(true);
    input.on('data', this.#receive);
    input.resume();
  }

  /** @throws CommandFailed after Ctrl-C or Ctrl-D. */
  async ask(question: string, isSecret: boolean): Promise<string> {
    this.show(`${question}${isSecret ? ' (not shown)' : ''}: `);
    let answer = '';
    for (;;) {
      const key = await this.#nextKey();
      if (ENTER.test(key)) break;
      if (key === CTRL_C || key === CTRL_D) throw cancelled(this.show);
      const before = answer;
      answer = after(answer, key);
      if (!isSecret)
        this.show(answer.length < before.length ? erase(before, answer) : rest(before, answer));
    }
    this.show('\n');
    return answer;
  }

  async #nextKey(): Promise<string> {
    while (this.#typed === '') {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const [key = ''] = this.#typed;
    this.#typed = this.#typed.slice(key.length);
    // Windows sends both; the second would answer the next question.
    if (key === '\r' && this.#typed.startsWith('\n')) this.#typed = this.#typed.slice(1);
    return key;
  }

  [Symbol.dispose](): void {
    this.input.off('data', this.#receive);
    this.input.setRawMode?.(false);
    this.input.pause();
  }
}

function after(answer: string, key: string): string {
  if (key === CTRL_U) return '';
  if (BACKSPACE.test(key)) return [...answer].slice(0, -1).join('');
  return CONTROL.test(key) ? answer : answer + key;
}

const rest = (before: string, answer: string) => answer.slice(before.length);

function erase(before: string, answer: string): string {
  const width = Bun.stringWidth(before) - Bun.stringWidth(answer);
  return '\b \b'.repeat(width);
}

function cancelled(show: (text: string) => void): CommandFailed {
  show('\n');
  return new CommandFailed('Cancelled. Nothing was stored.', EXIT.interrupted);
}
