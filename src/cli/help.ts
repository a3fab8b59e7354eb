import type { Command } from 'commander';

type Example = [command: string, does: string];

/** The examples at the end of a help text: commands to copy, each with a description. */
export function examples(...lines: Example[]): string {
  const width = Math.max(...lines.map(([command]) => command.length));
  const rows = lines.map(([command, does]) => `  ${command.padEnd(width)}   ${does}`);
  return `\nExamples:\n${rows.join('\n')}\n`;
}

/**
 * Adds `help [command...]`, which refuses an unknown command. Commander's own shows the parent's
 * help instead.
 */
export function addHelpCommand(parent: Command): void {
  parent
    .helpCommand(false)
    .command('help')
    .description('show help for a command')
    .argument('[command...]')
    .action((names: string[]) => commandAt(parent, names).help());
}

function commandAt(parent: Command, [name, ...rest]: string[]): Command {
  if (name === undefined) return parent;
  const found = parent.commands.find((one) => one.name() === name || one.aliases().includes(name));
  return found ? commandAt(found, rest) : parent.error(`error: unknown command '${name}'`);
}
