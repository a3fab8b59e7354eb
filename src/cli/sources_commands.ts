import type { DocumentedCommand } from './help.ts';
import type { SetOptions, SourceOptions } from './sources.ts';

const NAME = 'the name of a source';
const JSON_OBJECT = 'one JSON object';

const NO_ARGUMENTS =
  'Secrets are never arguments: every user of the machine can read those in the list of processes, and\nthe shell keeps them. They are typed without being shown, or read from standard input.';

/** `xgpt sources …`: connect, test and disconnect sources. */
export function addSourcesCommands(program: DocumentedCommand): void {
  const sources = program
    .command('sources')
    .description('connect and test where posts come from')
    .examples(
      ['xgpt sources', 'the sources, and whether they are connected'],
      ['xgpt sources set bluesky', 'enter an app password'],
      ['xgpt sources test bluesky', 'ask the service whether it works'],
    );
  addReading(sources);
  addSet(sources);
  addChanges(sources);
}

function addReading(sources: DocumentedCommand): void {
  sources
    .command('list')
    .description('list the sources and their state (the default)')
    .option('--json', 'one JSON object per line')
    .action(async (options: SourceOptions) => {
      const { listSources } = await import('./sources.ts');
      await listSources(options);
    });
  sources
    .command('test')
    .description('ask the service whether the stored credentials work')
    .argument('<name>', NAME)
    .option('--json', JSON_OBJECT)
    .action(async (name: string, options: SourceOptions) => {
      const { testSource } = await import('./sources.ts');
      process.exitCode = await testSource(name, options);
    });
}

function addSet(sources: DocumentedCommand): void {
  sources
    .command('set')
    .description('test credentials, and store them in place of earlier ones')
    .argument('<name>', NAME)
    .option('--method <name>', 'how to connect, where the fields do not tell it')
    .option('--json', JSON_OBJECT)
    .examples(
      ['xgpt sources set bluesky', 'asks for each value'],
      ['xgpt sources set bluesky < values.txt', 'lines such as password=…, or a JSON object'],
      [
        'pass show x | xgpt sources set x --method api',
        'a bare secret, of a method with one field',
      ],
    )
    .addHelpText('after', NO_ARGUMENTS)
    .action(async (name: string, options: SetOptions) => {
      const { setSource } = await import('./sources.ts');
      process.exitCode = await setSource(name, options);
    });
}

function addChanges(sources: DocumentedCommand): void {
  sources
    .command('remove')
    .alias('rm')
    .description('remove the stored credentials')
    .argument('<name>', NAME)
    .option('--json', JSON_OBJECT)
    .action(async (name: string, options: SourceOptions) => {
      const { removeSource } = await import('./sources.ts');
      await removeSource(name, options);
    });
  for (const verb of ['pause', 'resume'] as const) {
    sources
      .command(verb)
      .description(
        verb === 'pause' ? 'start no more jobs of a source' : 'start jobs of a paused source again',
      )
      .argument('<name>', NAME)
      .option('--json', JSON_OBJECT)
      .action(async (name: string, options: SourceOptions) => {
        const { changeSource } = await import('./types.ts');
        await changeSource(verb, name, options);
      });
  }
  sources
    .command('budget')
    .description('set how many posts of a paid source may be read, or show it')
    .argument('<name>', NAME)
    .argument('[posts]', 'the cap, 0 or more (default: show it)')
    .option('--reset', 'count from zero again')
    .option('--json', JSON_OBJECT)
    .examples(
      ['xgpt sources budget x', 'what has been used'],
      ['xgpt sources budget x 250', 'stop after 250 posts'],
    )
    .action(
      async (
        name: string,
        posts: string | undefined,
        options: SourceOptions & { reset?: boolean },
      ) => {
        const { setBudget } = await import('./sources.ts');
        await setBudget(name, posts, options);
      },
    );
}
