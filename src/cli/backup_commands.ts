import type { BackupOptions, RestoreOptions } from './backup.ts';
import type { DocumentedCommand } from './help.ts';

const NOT_INCLUDED =
  'The folders imports/ and models/ are not in a backup: archives can be imported again, and models are\ndownloaded again. Sign-ins are not in it either.\nNor is secret.key: without it, the credentials of the sources have to be entered again.';

/** `xgpt backup` and `xgpt restore`. */
export function addBackupCommands(program: DocumentedCommand): void {
  program
    .command('backup')
    .description('copy the database into a file, also while xgpt runs')
    .argument('<file>', 'the backup to write')
    .option('--force', 'replace an existing file')
    .option('--json', 'one JSON object: file, bytes, counts')
    .examples(
      ['xgpt backup ~/xgpt-monday.sqlite', 'jobs, posts, profiles and vectors'],
      [
        'xgpt backup --force /mnt/nas/xgpt.sqlite',
        'replaces the last one when the new one is whole',
      ],
    )
    .addHelpText('after', NOT_INCLUDED)
    .action(async (file: string, options: BackupOptions) => {
      const { makeBackup } = await import('./backup.ts');
      makeBackup(file, options);
    });
  program
    .command('restore')
    .description('put a backup in the place of the database; stop xgpt first')
    .argument('<file>', 'a backup, or a database that a restore has replaced')
    .option('--json', 'one JSON object: file, bytes, counts, former')
    .examples([
      'xgpt restore ~/xgpt-monday.sqlite',
      'the replaced database is kept beside the new one',
    ])
    .addHelpText('after', NOT_INCLUDED)
    .action(async (file: string, options: RestoreOptions) => {
      const { restore } = await import('./backup.ts');
      restore(file, options);
    });
}
