import { BackupError } from '../app/backup_contents.ts';
import { DataFolderMissing, DataFolderUnusable } from '../app/data_folder.ts';
import { SecretKeyUnusable } from '../connections/index.ts';
import { ModelUnavailable } from '../embedding/index.ts';
import { InvalidInput, TooManyWaiting } from '../jobs/index.ts';
import { InvalidConfig, loadConfig } from '../platform/config.ts';
import { DatabaseUnusable } from '../platform/database.ts';
import {
  type DatabaseIssue,
  databaseIssueOf,
  isSqliteError,
  unusableMessage,
} from '../platform/database_issue.ts';
import { placeOf } from '../platform/postgres/migrate.ts';
import { StorageFailed } from '../platform/storage_issue.ts';
import { CommandFailed, EXIT } from './exit.ts';

/** The one place that maps errors to exit codes. An unknown error is a bug: its code is 1. */
export function failureOf(error: unknown): { code: number; message: unknown } {
  const issue = databaseIssueOf(error);
  if (issue) {
    return { code: EXIT.unusable, message: databaseMessage(error, issue) };
  }
  if (!(error instanceof Error)) return { code: EXIT.failed, message: error };
  const { message } = error;
  if (error instanceof StorageFailed) return { code: EXIT.unusable, message };
  if (error instanceof CommandFailed) return { code: error.code, message };
  if (error instanceof BackupError) {
    return { code: error.reason === 'not_found' ? EXIT.notFound : EXIT.failed, message };
  }
  if (error instanceof InvalidConfig) return { code: EXIT.usage, message };
  if (error instanceof InvalidInput) return { code: EXIT.usage, message };
  if (error instanceof DatabaseUnusable) return { code: EXIT.unusable, message };
  if (error instanceof SecretKeyUnusable) return { code: EXIT.unusable, message };
  if (error instanceof DataFolderMissing) return { code: EXIT.unusable, message };
  if (error instanceof DataFolderUnusable) return { code: EXIT.unusable, message };
  if (error instanceof ModelUnavailable) return { code: EXIT.failed, message };
  if (error instanceof TooManyWaiting) {
    return { code: EXIT.failed, message: `${message} Try again when some jobs have ended.` };
  }
  return { code: EXIT.failed, message: error };
}

function databaseMessage(error: unknown, issue: DatabaseIssue): string {
  const { databaseUrl, databasePath } = loadConfig();
  const isOfFile = databaseUrl === undefined || isSqliteError(error);
  if (isOfFile) return unusableMessage(databasePath, issue);
  return `Cannot use the database ${placeOf(databaseUrl)}. ${issue.title} ${issue.remedy}`;
}
