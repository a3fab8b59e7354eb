import { InvalidConfig, loadConfig } from './config.ts';
import { DatabaseUnusable } from './database.ts';

const COMMANDS = {
  serve: async () => (await import('./serve.ts')).serve,
  worker: async () => (await import('./work.ts')).work,
};

const [command = 'serve'] = process.argv.slice(2);

// What is collected is its owner's alone: folders become 0700, files 0600.
process.umask(0o077);

try {
  if (!Object.hasOwn(COMMANDS, command)) {
    throw new InvalidConfig(
      `There is no command "${command}". Use one of: ${Object.keys(COMMANDS).join(', ')}.`,
    );
  }
  const run = await COMMANDS[command as keyof typeof COMMANDS]();
  await run(loadConfig());
} catch (error) {
  const known = error instanceof InvalidConfig || error instanceof DatabaseUnusable;
  console.error(known ? error.message : error);
  process.exit(1);
}
