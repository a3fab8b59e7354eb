import type { DocumentedCommand } from './help.ts';

/** `xgpt finds`: the saved finds. */
export function addSavedFindCommands(program: DocumentedCommand): void {
  const finds = program
    .command('finds')
    .description('list, rename and remove saved finds')
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
    .command('rename')
    .description('give a saved find another name')
    .argument('<name>', 'its name in xgpt finds')
    .argument('<new-name>', 'its new name, up to 80 characters')
    .examples(["xgpt finds rename sky 'Winter sky'", 'what is new in it stays new'])
    .action(async (name: string, newName: string) => {
      const { renameFind } = await import('./saved_finds.ts');
      await renameFind(name, newName);
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
