import { accessSync, constants, statfsSync } from 'node:fs';
import type { Clock } from './clock.ts';
import type { Notice } from './clock_watch.ts';
import type { StorageFailed, StorageIssue } from './storage_issue.ts';

/** People are told at least this long, in ms: a file that did not fit leaves its space free again. */
const NOTICE_MS = 60_000;

/** With less space than this the disk counts as full, in bytes. */
const MIN_FREE_BYTES = 1024 * 1024;

/** What a change of the folder proves to be gone. A removal does not prove that a file fits now. */
const GONE_AFTER = {
  added: ['folder_read_only', 'disk_full', 'disk_failing'],
  removed: ['folder_read_only'],
};

/** Remembers that a file could not be stored, until it could be. */
export class StorageWatch {
  #found: { issue: StorageIssue; notice: Notice; until: number } | undefined;

  constructor(
    private readonly folder: string | undefined,
    private readonly clock: Clock,
  ) {}

  get notice(): Notice | undefined {
    return this.#found?.notice;
  }

  /** Whether nothing can be stored at all. A folder that is read-only may be meant to be. */
  get isDiskFull(): boolean {
    return this.#found?.issue.code === 'disk_full' && freeBytes(this.folder) < MIN_FREE_BYTES;
  }

  /** @returns whether people do not know of this issue yet. */
  noticed({ issue }: StorageFailed): boolean {
    const known = this.#found?.issue.code === issue.code ? this.#found.notice : undefined;
    const since = known?.since ?? new Date(this.clock.now());
    const { code, title, advice } = issue;
    const until = this.clock.elapsed() + NOTICE_MS;
    this.#found = { issue, notice: { code, title, advice, since }, until };
    return !known;
  }

  /** Looks whether files can be stored again. @returns the issue that is gone, if it is. */
  check(): StorageIssue | undefined {
    const found = this.#found;
    return found && this.clock.elapsed() >= found.until ? this.#forget(found.issue) : undefined;
  }

  /** A file was added to the folder or removed from it. @returns the issue that is gone, if it is. */
  changed(how: keyof typeof GONE_AFTER): StorageIssue | undefined {
    const issue = this.#found?.issue;
    return issue && GONE_AFTER[how].includes(issue.code) ? this.#forget(issue) : undefined;
  }

  #forget(issue: StorageIssue): StorageIssue | undefined {
    if (!this.#isUsable()) return undefined;
    this.#found = undefined;
    return issue;
  }

  #isUsable(): boolean {
    if (this.folder === undefined) return true;
    try {
      accessSync(this.folder, constants.W_OK);
    } catch {
      return false;
    }
    return freeBytes(this.folder) >= MIN_FREE_BYTES;
  }
}

function freeBytes(folder: string | undefined): number {
  if (folder === undefined) return Number.POSITIVE_INFINITY;
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch {
    return 0;
  }
}
