import { Command } from 'commander';

/** Its types leave out what it lets subclasses replace. */
const commander = Command.prototype as unknown as {
  unknownCommand(this: Command): void;
  unknownOption(this: Command, flag: string): void;
};

type Example = [command: string, does: string];

/** A command whose help text may end with examples. */
export class DocumentedCommand extends Command {
  declare readonly commands: readonly DocumentedCommand[];
  #takesExcluded = false;

  override createCommand(name?: string): DocumentedCommand {
    return new DocumentedCommand(name);
  }

  /** What Commander calls for an unknown command: one of another command is named in full. */
  unknownCommand(): void {
    const [name] = this.args;
    const elsewhere = this.commands.filter(({ commands }) =>
      commands.some((one) => one.name() === name),
    );
    if (elsewhere.length === 0 || name === 'help') commander.unknownCommand.call(this);
    const full = elsewhere.map((parent) => `${parent.name()} ${name}`).join(' or ');
    this.error(`error: unknown command '${name}'\n(Did you mean ${full}?)`, {
      code: 'commander.unknownCommand',
    });
  }

  /** Words such as -jazz are arguments: they say what is not looked for. */
  takesExcluded(): this {
    this.#takesExcluded = true;
    return this;
  }

  /** What Commander calls for the first unknown option. */
  unknownOption(flag: string): void {
    const typed = this.args.slice(0, this.args.indexOf('--') >>> 0);
    const wrong = this.#takesExcluded ? typed.find((word) => /^--./.test(word)) : flag;
    if (wrong === undefined) return;
    const takesWords = this.registeredArguments.some(({ variadic }) => variadic);
    if (takesWords && !wrong.startsWith('--')) {
      this.error(
        `error: unknown option '${wrong}'\n(To look for it, put -- before it: ${this.name()} -- ${wrong})`,
        { code: 'commander.unknownOption' },
      );
    }
    commander.unknownOption.call(this, wrong);
  }

  /** Commands to copy, each with a description. */
  examples(...lines: Example[]): this {
    const width = Math.max(...lines.map(([command]) => command.length));
    const rows = lines.map(([command, does]) => `  ${command.padEnd(width)}   ${does}`);
    return this.addHelpText('after', `\nExamples:\n${rows.join('\n')}\n`);
  }
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
