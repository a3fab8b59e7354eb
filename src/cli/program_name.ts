/** How a command line begins: a program with types of its own is not called xgpt. */
let called = 'xgpt';

/** Names this program from now on, as it is typed: `bun timer.ts`. */
export function callProgram(name: string): void {
  called = name;
}

/** The words that follow the name in sentences and examples; others are about xgpt itself. */
const COMMANDS = [
  ...['audit', 'backup', 'completion', 'discover', 'embed', 'find', 'finds', 'forget', 'help'],
  ...['import', 'imports', 'jobs', 'mcp', 'posts', 'restore', 'schedule', 'scrape', 'search'],
  ...['serve', 'sources', 'types', 'users', 'webhooks', 'worker', 'workers', '--help'],
];

const COMMAND = new RegExp(`\\bxgpt(?= (?:${COMMANDS.join('|')})(?![\\w-]))`, 'g');

/** A text with the commands in it as they are typed for this program: `Run bun timer.ts jobs list`. */
export function asCalled(text: string): string {
  return called === 'xgpt' ? text : text.replace(COMMAND, () => called);
}

/** The name in front of the commands of a help. */
export function programName(): string {
  return called;
}
