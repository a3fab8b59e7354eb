import type { DocumentedCommand } from './help.ts';

/** `xgpt finds`: the saved finds. */
export function addSavedFindCommands(program: DocumentedCommand): void {
  const finds = program
    .command('finds')
    .description('list and remove saved finds')
    .examples(
      ['xgpt finds', 'the saved finds, each with its new posts'],
      ['xgpt find --saved sky', 'show the posts of one'],
      ['xgpt finds remove sky', 'its posts stay'],
    );
  finds
    .command('list')
    .alias('ls')
    .description('list the saved finds (the default)')
    .option('--json', 'one JSON object per line')
    .action(async (options: { json?: boolean }) => {
      const { showSavedFinds } = await import('./saved_finds.ts');
      await showSavedFinds(options);
    });
  finds
    .command('remove')
    .alias('rm')
    .description('remove a saved find; its posts stay')
    .argument('<name>', 'its name in xgpt finds')
    .action(async (name: string) => {
      const { removeFind } = await import('./saved_finds.ts');
      await removeFind(name);
    });
}
