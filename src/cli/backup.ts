import { existsSync } from 'node:fs';
import { backUp } from '../app/backup.ts';
import type { BackupCounts } from '../app/backup_contents.ts';
import { restoreBackup } from '../app/restore.ts';
import { loadConfig } from '../platform/config.ts';
import { bytes, counted } from '../text/format.ts';
import { print, printError, quietLog } from './output.ts';

export interface RestoreOptions {
  json?: boolean;
}

export interface BackupOptions extends RestoreOptions {
  force?: boolean;
}

export function makeBackup(file: string, { force, json }: BackupOptions): void {
  quietLog();
  const config = loadConfig();
  const backup = backUp(config, file, { force });
  print(
    json
      ? JSON.stringify(backup)
      : `Backed up ${contents(backup)} to ${backup.file} (${bytes(backup.bytes)}).`,
  );
  if (!json && existsSync(config.secretKeyPath)) {
    printError(
      `The key of the sources' credentials is not in it: keep a copy of ${config.secretKeyPath} elsewhere.`,
    );
  }
}

export function restore(file: string, { json }: RestoreOptions): void {
  quietLog();
  const restored = restoreBackup(loadConfig(), file);
  if (json) {
    print(JSON.stringify(restored));
    return;
  }
  print(`Restored ${contents(restored)} from ${restored.file} (${bytes(restored.bytes)}).`);
  if (restored.former) {
    printError(
      `The replaced database is in ${restored.former}. Delete that folder when you no longer need it.`,
    );
  }
}

function contents({ jobs, posts, profiles, vectors }: BackupCounts): string {
  const parts = [
    counted(jobs, 'job'),
    counted(posts, 'post'),
    counted(profiles, 'profile'),
    counted(vectors, 'vector'),
  ];
  return `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}
