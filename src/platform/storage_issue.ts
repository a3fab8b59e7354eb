import type { DatabaseIssue } from './database_issue.ts';

/** What keeps files from being written; see `DatabaseIssue` for the fields. */
export type StorageIssue = Pick<DatabaseIssue, 'code' | 'title' | 'advice' | 'recovered'>;

/** A file of the data folder could not be written or removed. Nothing of it is left. */
export class StorageFailed extends Error {
  override readonly name = 'StorageFailed';
  constructor(
    readonly issue: StorageIssue,
    cause?: unknown,
  ) {
    super(`${issue.title} ${issue.advice}`, { cause });
  }
}

function issueOf(code: string, title: string, remedy: string, recovered: string): StorageIssue {
  return { code, title, advice: `${remedy} Then try again. No file was changed.`, recovered };
}

const DISK_FULL = issueOf(
  'disk_full',
  'The disk is full.',
  'Free some space on the disk that holds the data folder.',
  'the disk has space again',
);

const READ_ONLY = issueOf(
  'folder_read_only',
  'The imports folder cannot be written to.',
  'Make the folder imports in the data folder, and what is in it, writable for the user that runs xgpt.',
  'the imports folder can be written to again',
);

const SIZE_LIMIT = issueOf(
  'file_size_limit',
  'The file is larger than this system allows.',
  'Raise the maximum file size of the xgpt process (ulimit -f), or of the disk.',
  'files may be larger again',
);

const DISK_FAILING = issueOf(
  'disk_failing',
  'The disk reports errors.',
  'Check whether the disk is broken, and whether the data folder still exists.',
  'the disk works again',
);

export const TOO_MANY_FILES: StorageIssue = {
  code: 'too_many_files',
  title: 'Too many files and connections are open.',
  advice:
    'Allow the xgpt process more of them (ulimit -n), or close some pages. Requests and live pages go on; idle connections are closed, and new ones are accepted when others have closed.',
  recovered: 'files and connections can be opened again',
};

/** By the system's code. */
const BY_CODE = new Map<unknown, StorageIssue>([
  ['ENOSPC', DISK_FULL],
  ['EDQUOT', DISK_FULL],
  ['EFBIG', SIZE_LIMIT],
  ['EACCES', READ_ONLY],
  ['EPERM', READ_ONLY],
  ['EROFS', READ_ONLY],
  ['EIO', DISK_FAILING],
  ['EMFILE', TOO_MANY_FILES],
  ['ENFILE', TOO_MANY_FILES],
]);

/**
 * Changes files in `folder`.
 * @throws StorageFailed when the system refuses that; other errors as they are.
 */
export async function storing<Result>(
  folder: string,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const { code, path } = error as NodeJS.ErrnoException;
    const issue = BY_CODE.get(code);
    // The work may also read files elsewhere, which are not ours to explain.
    const isElsewhere = path !== undefined && !path.startsWith(folder);
    throw issue && !isElsewhere ? new StorageFailed(issue, error) : error;
  }
}
