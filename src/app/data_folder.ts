import { existsSync, mkdirSync } from 'node:fs';
import type { Config } from '../platform/config.ts';

/** The data folder cannot be used as it is; the message says what to do. */
export class DataFolderUnusable extends Error {
  override readonly name = 'DataFolderUnusable';
  constructor(dataDir: string, cause: unknown) {
    const reason = (cause as Error).message;
    super(
      `The data folder ${dataDir} cannot be used: ${reason}. Set XGPT_DATA_DIR to a writable folder.`,
      { cause },
    );
  }
}

/** Nothing has been stored yet, or the data folder is elsewhere. */
export class DataFolderMissing extends Error {
  override readonly name = 'DataFolderMissing';
  constructor(dataDir: string) {
    super(
      `There is no data folder at ${dataDir} yet. The first job creates it, for example: xgpt scrape aurora_lab. If you have one elsewhere, set XGPT_DATA_DIR to it.`,
    );
  }
}

/**
 * Checks that the data folder exists and can be used. With PostgreSQL it is created: there is data, although
 * this machine has no copy of it yet.
 * @throws DataFolderMissing, DataFolderUnusable
 */
export function requireDataFolder(config: Config): void {
  if (config.databaseUrl === undefined && !existsSync(config.dataDir))
    throw new DataFolderMissing(config.dataDir);
  makeDataFolder(config);
}

/**
 * Creates the data folder and the folder for imports in it.
 * @throws DataFolderUnusable
 */
export function makeDataFolder({ dataDir, importsDir }: Config): void {
  try {
    mkdirSync(importsDir, { recursive: true });
  } catch (cause) {
    throw new DataFolderUnusable(dataDir, cause);
  }
}
