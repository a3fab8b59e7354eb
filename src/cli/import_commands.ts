import type { DocumentedCommand } from './help.ts';
import type { ImportsOptions } from './imports.ts';

const NAME = 'its name in xgpt imports';

/** `xgpt imports`: what was imported, and how to take it back. */
export function addImportCommands(program: DocumentedCommand): void {
  const imports = program
    .command('imports')
    .description('list and undo imports of archives')
    .examples(
      ['xgpt imports', 'the stored archives'],
      ['xgpt imports undo twitter-archive.zip', 'removes the posts that only it has brought'],
    );
  imports
    .command('list')
    .alias('ls')
    .description('list the stored archives (the default)')
    .option('--json', 'one JSON object per line')
    .action(async (options: ImportsOptions) => {
      const { showImports } = await import('./imports.ts');
      await showImports(options);
    });
  imports
    .command('undo')
    .description('remove the posts that only this import has brought; the archive stays')
    .argument('<name>', NAME)
    .option('--json', 'one JSON object: name, removed, stayed')
    .action(async (name: string, options: ImportsOptions) => {
      const { undo } = await import('./imports.ts');
      await undo(name, options);
    });
  imports
    .command('remove')
    .alias('rm')
    .description('remove a stored archive; its posts stay')
    .argument('<name>', NAME)
    .action(async (name: string) => {
      const { remove } = await import('./imports.ts');
      await remove(name);
    });
}
