import type { Command } from 'commander';

type Example = [command: string, does: string];

/** A help text's end: commands to copy, each with what it does. */
export function examples(...lines: Example[]): string {
  const width = Math.max(...lines.map(([command]) => command.length));
  const rows = lines.map(([command, does]) => `  ${command.padEnd(width)}   ${does}`);
  return `\nExamples:\n${rows.join('\n')}\n`;
}

/**
 * `help [command...]` beside the commands of `parent`: how one of them is used, or that there is no
 * such command. Commander's own shows the parent's help then.
 */
export function addHelpCommand(parent: Command): void {
  parent
    .helpCommand(false)
    .command('help')
    .description('the same for a command')
    .argument('[command...]')
    .action((names: string[]) => commandAt(parent, names).help());
}

function commandAt(parent: Command, [name, ...rest]: string[]): Command {
  if (name === undefined) return parent;
  const found = parent.commands.find((one) => one.name() === name || one.aliases().includes(name));
  return found ? commandAt(found, rest) : parent.error(`error: unknown command '${name}'`);
}
