/** A line on standard error. `console.error` of Bun 1.4.4 paints it red on a terminal. */
export function complain(text: string): void {
  process.stderr.write(`${text}\n`);
}
