import { mkdirSync } from 'node:fs';
import type { Config } from './config.ts';

/** The data folder cannot be used as it is; the message says what to do. */
export class DataFolderUnusable extends Error {
  override readonly name = 'DataFolderUnusable';
  constructor(dataDir: string, cause: unknown) {
    const reason = (cause as Error).message;
    super(
      `The data folder ${dataDir} cannot be used: ${reason}. Set XGPT_DATA_DIR to a folder that can be written to.`,
      { cause },
    );
  }
}

/**
 * Creates the data folder, with the one for imports in it.
 * @throws DataFolderUnusable
 */
export function makeDataFolder({ dataDir, importsDir }: Config): void {
  try {
    mkdirSync(importsDir, { recursive: true });
  } catch (cause) {
    throw new DataFolderUnusable(dataDir, cause);
  }
}
