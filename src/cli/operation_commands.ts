import { type Command, Option } from 'commander';
import type { JobType } from '../jobs/index.ts';
import { examples } from './help.ts';

interface Field {
  /** What commander reads: `--max <n>`. */
  flags: string;
  /** Its name in the operation's input, which checks it. */
  field: string;
  does: string;
}

interface OperationCommand {
  type: JobType;
  name: string;
  does: string;
  argument?: { name: string; field: string; does: string };
  options: Field[];
  examples: [command: string, does: string][];
}

const SOURCE: Field = {
  flags: '--source <name>',
  field: 'source',
  does: 'where to read it: sample (the default); of an archive use xgpt import',
};

const REPLIES: Field = { flags: '--replies', field: 'includeReplies', does: 'replies as well' };
const REPOSTS: Field = { flags: '--reposts', field: 'includeRetweets', does: 'reposts as well' };

const SCRAPE: OperationCommand = {
  type: 'scrape',
  name: 'scrape',
  does: 'read an author’s posts',
  argument: { name: '<user>', field: 'username', does: 'whose, with or without @' },
  options: [
    { flags: '--max <n>', field: 'maxTweets', does: 'posts at most, 1 to 10,000 (default: 100)' },
    REPLIES,
    REPOSTS,
    SOURCE,
  ],
  examples: [
    ['xgpt scrape aurora_lab', 'the newest 100 posts'],
    ['xgpt scrape aurora_lab --max 1000 --replies --json', 'progress and result as JSON lines'],
    ['xgpt scrape aurora_lab --detach', 'start it, and let a server or worker do it'],
  ],
};

const SEARCH: OperationCommand = {
  type: 'search',
  name: 'search',
  does: 'read posts on a topic',
  argument: { name: '<terms...>', field: 'query', does: 'one or more, separated by commas' },
  options: [
    { flags: '--max <n>', field: 'maxTweets', does: 'posts at most, 1 to 10,000 (default: 100)' },
    { flags: '--days <n>', field: 'days', does: 'nothing older than so many days' },
    { flags: '--mode <order>', field: 'mode', does: 'latest or top (default: latest)' },
    { flags: '--embed', field: 'embed', does: 'give every post found a vector as well' },
    SOURCE,
  ],
  examples: [
    ['xgpt search space, jazz', 'posts with one of the terms'],
    ['xgpt search telescope --days 30 --mode top', 'the most popular of a month'],
  ],
};

const EMBED: OperationCommand = {
  type: 'embed',
  name: 'embed',
  does: 'give a vector to every post that has none',
  options: [
    { flags: '--model <name>', field: 'model', does: 'which model' },
    { flags: '--batch <n>', field: 'batchSize', does: 'texts at once, 1 to 256 (default: 32)' },
  ],
  examples: [['xgpt embed --batch 64', 'a larger batch: faster, in larger steps']],
};

const DISCOVER: OperationCommand = {
  type: 'discover',
  name: 'discover',
  does: 'find people by bio or keywords',
  argument: { name: '<query...>', field: 'query', does: 'words of their bios' },
  options: [
    { flags: '--max <n>', field: 'maxResults', does: 'profiles at most, 1 to 1,000 (default: 20)' },
    { flags: '--save', field: 'save', does: 'keep the profiles (the default)' },
    { flags: '--no-save', field: 'save', does: 'only list them' },
    { flags: '--scrape', field: 'scrape', does: 'read the posts of each of them as well' },
    { flags: '--posts <n>', field: 'maxTweets', does: 'posts of each at most (default: 100)' },
    SOURCE,
  ],
  examples: [
    ['xgpt users discover climbing coach', 'their usernames, one a line'],
    ['xgpt users discover jazz --max 5 --scrape', 'and their posts, one job for each'],
  ],
};

const IMPORT: OperationCommand = {
  type: 'scrape',
  name: 'import',
  does: 'read an X data archive, a zip or a folder anywhere',
  argument: { name: '<archive>', field: 'archive', does: 'its path; it is copied first' },
  options: [
    { flags: '--max <n>', field: 'maxTweets', does: 'posts at most (default: all)' },
    REPLIES,
    REPOSTS,
  ],
  examples: [['xgpt import ~/Downloads/twitter-archive.zip', 'everything in it']],
};

/** One command for each job type, and `import`, which is a scrape of what it copies. */
export function addOperationCommands(program: Command, users: Command): void {
  add(program, SCRAPE);
  add(program, SEARCH);
  add(program, EMBED);
  add(users, DISCOVER);
  add(program, IMPORT);
}

function add(parent: Command, operation: OperationCommand): void {
  const { argument, options } = operation;
  const command = parent.command(operation.name).description(operation.does);
  if (argument) command.argument(argument.name, argument.does);
  for (const { flags, does } of options) command.addOption(new Option(flags, does));
  command
    .option('--session <name>', 'a name that jobs can be listed by')
    .option('--json', 'one JSON object a line on standard output: each change, last the job')
    .option('--detach', 'start it, print its id and do not wait')
    .addHelpText('after', examples(...operation.examples))
    .action(async () => {
      const { runOperation } = await import('./run_operation.ts');
      const fields = fieldsOf(command, operation);
      process.exitCode = await runOperation(operation.type, fields, command.opts());
    });
}

/** A field of the operation's input: what was typed, and the name it was typed under. */
export interface TypedField {
  field: string;
  value: unknown;
  typedAs: string;
}

function fieldsOf(command: Command, { argument, options }: OperationCommand): TypedField[] {
  const typed: TypedField[] = argument
    ? [{ field: argument.field, value: command.args.join(' '), typedAs: argument.name }]
    : [];
  for (const { flags, field } of options) {
    const option = new Option(flags);
    const value = command.getOptionValue(option.attributeName());
    typed.push({ field, value, typedAs: option.long ?? flags });
  }
  return typed;
}
