import { CommanderError } from 'commander';
import { version } from '../../package.json' with { type: 'json' };
import { addAuditCommand } from './audit_commands.ts';
import { addBackupCommands } from './backup_commands.ts';
import { addCompletionCommands } from './completion_commands.ts';
import { EXIT } from './exit.ts';
import { addHelpCommand, DocumentedCommand } from './help.ts';
import { addImportCommands } from './import_commands.ts';
import { addJobCommands } from './job_commands.ts';
import { addLibraryCommands } from './library_commands.ts';
import { withList } from './list_by_default.ts';
import { addOperationCommands } from './operation_commands.ts';
import { HELP } from './option_flags.ts';
import { printError, quietLog, write } from './output.ts';
import { asCalled, programName } from './program_name.ts';
import { addSavedFindCommands } from './saved_find_commands.ts';
import { addScheduleCommands } from './schedule_commands.ts';
import { addSourcesCommands } from './sources_commands.ts';
import { addTypesCommands, addWorkersCommand } from './types_commands.ts';
import { addWebhookCommands } from './webhook_commands.ts';

const EXIT_CODES = `Exit codes:
  0    completed            3    no such job, schedule, archive, find, backup or source
  1    failed               4    cancelled by another process
  2    invalid usage        5    data folder or database cannot be used
  130  ended by Ctrl-C      129, 143  ended by a closed terminal, by SIGTERM
                            141  output of jobs watch or jobs show was closed`;

/** Each command loads what it needs when it runs, so that `--help` is fast. */
export async function createProgram(
  serve: () => Promise<void>,
  words: string[],
): Promise<DocumentedCommand> {
  const program = new DocumentedCommand(programName())
    .description(
      'Collects posts, embeds them, and finds them again by meaning. Without a command it serves the web pages.',
    )
    .version(version, '-V, --version', 'print the version')
    .helpOption(...HELP)
    .showHelpAfterError(
      asCalled('Run xgpt --help for the commands, or xgpt help <command> for one of them.'),
    )
    // A word after a command such as -Venus is not this option with more behind it.
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => write(asCalled(text)),
      outputError: (text, writeErr) => writeErr(asCalled(asSentence(text))),
    })
    .examples(
      ['xgpt', 'serve the pages at http://localhost:3000'],
      ['xgpt scrape aurora_lab --max 1000', 'read an author’s posts'],
      ['xgpt jobs watch', 'follow running jobs live'],
    )
    .addHelpText('after', EXIT_CODES)
    .hook('preAction', (_, command) => warnOfUnknownSettings(command.name()))
    .hook('postAction', (_, command) => disconnect(command.name()));
  addServingCommands(program, serve);
  const users = program
    .command('users')
    .description('find people')
    .examples(
      ['xgpt users', 'collected profiles'],
      ['xgpt users discover climbing coach', 'find people by their bios'],
    );
  await addOperationCommands(program, words);
  await addLibraryCommands(program, users, words);
  addJobCommands(program);
  addAuditCommand(program);
  await addScheduleCommands(program, words);
  addSourcesCommands(program);
  addWebhookCommands(program);
  addTypesCommands(program);
  addWorkersCommand(program);
  addImportCommands(program);
  addSavedFindCommands(program);
  addBackupCommands(program);
  addCompletionCommands(program);
  const withCommands = [program, ...program.commands.filter(({ commands }) => commands.length > 0)];
  for (const command of withCommands) addHelpCommand(command);
  return program;
}

function addServingCommands(program: DocumentedCommand, serve: () => Promise<void>): void {
  program
    .command('serve')
    .description('serve the web pages and run jobs, until Ctrl-C (the default)')
    .examples(['PORT=8080 xgpt serve', 'on another port'])
    .action(serve);
  program
    .command('worker')
    .description('run jobs beside a server or without one, until Ctrl-C')
    .option('--once', 'exit when no job is running and none is due')
    .examples(
      ['xgpt worker', 'run any number of workers on one data folder'],
      ['xgpt worker --once', 'run what is due now, without a server'],
    )
    .action(async ({ once }: { once?: boolean }) => {
      const { runWorker } = await import('../app/worker.ts');
      const end = await runWorker((await import('../platform/config.ts')).loadConfig());
      if (!once) return;
      const { waitUntilIdle } = await import('./follow.ts');
      await waitUntilIdle((await import('../jobs/index.ts')).jobTracker);
      await end();
    });
  program
    .command('mcp')
    .description('serve an agent over standard input and output; an agent’s settings name it')
    .option('--read-only', 'let the agent see everything, start no jobs and change nothing')
    .examples(
      ['claude mcp add xgpt -- xgpt mcp', 'let Claude Code start jobs and find posts'],
      ['claude mcp add xgpt -- xgpt mcp --read-only', 'let it only read'],
    )
    .action(async ({ readOnly: isReader = false }: { readOnly?: boolean }) => {
      quietLog();
      const { serveAgent } = await import('../app/agent.ts');
      await serveAgent((await import('../platform/config.ts')).loadConfig(), { isReader });
    });
}

/** The server and workers report them in their log, and completion must not print anything else. */
const WITHOUT_WARNINGS = ['serve', 'worker', 'mcp', 'completion', 'complete'];

async function warnOfUnknownSettings(command: string): Promise<void> {
  if (WITHOUT_WARNINGS.includes(command)) return;
  const { unknownSettings } = await import('../platform/config.ts');
  for (const warning of unknownSettings()) printError(warning);
}

/** They go on after their action. */
const LASTING = ['serve', 'worker', 'mcp'];

/** Open connections would keep the process alive. */
async function disconnect(command: string): Promise<void> {
  if (LASTING.includes(command) || !process.env.XGPT_DATABASE_URL?.trim()) return;
  const [{ closeAppData }, { jobTracker }, { loadConfig }] = await Promise.all([
    import('../app/app_data.ts'),
    import('../jobs/index.ts'),
    import('../platform/config.ts'),
  ]);
  // What it has changed is signalled to others before.
  await jobTracker.stop();
  await closeAppData(loadConfig());
}

/** Runs the command that `words` name. `serve` runs for the command of that name, and without one. */
export async function runCommandLine(words: string[], serve: () => Promise<void>): Promise<void> {
  try {
    const program = await createProgram(serve, words);
    await program.parseAsync(withList(words), { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode === 0 ? EXIT.completed : EXIT.usage;
  }
}

/** "error: unknown command 'srape'" → "Unknown command 'srape'." */
function asSentence(text: string): string {
  const [first = '', ...rest] = text.replace(/^error: /, '').split('\n');
  const sentence = first.charAt(0).toUpperCase() + first.slice(1);
  const end = /[.?)]$/.test(sentence) || sentence === '' ? '' : '.';
  return [sentence + end, ...rest].join('\n');
}
