import { CommandFailed, EXIT } from './exit.ts';
import type { DocumentedCommand } from './help.ts';
import { withList } from './list_by_default.ts';
import { print } from './output.ts';

/** `xgpt completion <shell>`, and the hidden command that its script calls. */
export function addCompletionCommands(program: DocumentedCommand): void {
  program
    .command('completion')
    .description('print a shell script that completes commands, options and job ids')
    .argument('<shell>', 'bash, zsh or fish')
    .examples(['source <(xgpt completion bash)', 'for ~/.bashrc; likewise in zsh'])
    .action(async (shell: string) => {
      const { SCRIPTS } = await import('./completion/scripts.ts');
      const script = Object.hasOwn(SCRIPTS, shell) ? SCRIPTS[shell] : undefined;
      if (!script) throw new CommandFailed('<shell> must be bash, zsh or fish.', EXIT.usage);
      print(script);
    });
  program
    .command('complete', { hidden: true })
    .argument('[words...]')
    .action((words: string[]) => printCandidates(program, words));
}

/** Prints no errors: they would appear in the middle of a command line. The command itself will. */
async function printCandidates(program: DocumentedCommand, words: string[]): Promise<void> {
  try {
    const { existsSync } = await import('node:fs');
    const { loadConfig } = await import('../platform/config.ts');
    const { candidates } = await import('./completion/candidates.ts');
    // Completion must not create the database.
    const readsJobs = existsSync(loadConfig().databasePath);
    const position = words.length > 1 ? withList(words) : words;
    for (const { value, about } of await candidates(program, position, readsJobs)) {
      print(`${value}\t${about}`);
    }
  } catch {
    process.exitCode = EXIT.failed;
  }
}
