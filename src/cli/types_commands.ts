import type { DocumentedCommand } from './help.ts';
import type { TypesOptions } from './types.ts';

const TYPE = 'a type of jobs, such as scrape';
const JSON_OBJECT = 'one JSON object';

/** `xgpt workers`: the processes, and the queues that they serve. */
export function addWorkersCommand(program: DocumentedCommand): void {
  program
    .command('workers')
    .description('list the processes that run jobs, what each runs, and the queues')
    .option('--json', JSON_OBJECT)
    .examples(['xgpt workers', 'processes, types and sources'])
    .action(async (options: { json?: boolean }) => {
      const { showWorkers } = await import('./workers.ts');
      await showWorkers(options);
    });
}

/** `xgpt types …`: pause and resume types, and set how many of their jobs run at once. */
export function addTypesCommands(program: DocumentedCommand): void {
  const types = program
    .command('types')
    .description('list, pause and resume types of jobs')
    .examples(
      ['xgpt types', 'the types and their queues'],
      ['xgpt types pause scrape', 'start no more scrapes in any process'],
      ['xgpt types concurrency scrape 2', 'two at once, in all processes together'],
    );
  types
    .command('list')
    .alias('ls')
    .description('list the types and their queues (the default)')
    .option('--json', 'one JSON object per line')
    .action(async (options: TypesOptions) => {
      const { listTypes } = await import('./types.ts');
      await listTypes(options);
    });
  types
    .command('pause')
    .description('start no more jobs of a type; running ones go on')
    .argument('<type>', TYPE)
    .option('--json', JSON_OBJECT)
    .action(async (type: string, options: TypesOptions) => {
      const { pauseType } = await import('./types.ts');
      await pauseType(type, options);
    });
  types
    .command('resume')
    .description('start jobs of a paused type again')
    .argument('<type>', TYPE)
    .option('--json', JSON_OBJECT)
    .action(async (type: string, options: TypesOptions) => {
      const { resumeType } = await import('./types.ts');
      await resumeType(type, options);
    });
  types
    .command('concurrency')
    .description('set how many jobs of a type run at once in all processes')
    .argument('<type>', TYPE)
    .argument('[n]', '1–1,000 (default: what each process has set)')
    .option('--json', JSON_OBJECT)
    .action(async (type: string, n: string | undefined, options: TypesOptions) => {
      const { setConcurrency } = await import('./types.ts');
      await setConcurrency(type, n, options);
    });
}
