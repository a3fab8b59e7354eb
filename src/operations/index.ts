import { join } from 'node:path';
import { importFile } from '../app/compiled/import_file.ts';
import type { JobDefinition } from '../jobs/index.ts';
import type { OperationDeps } from './deps.ts';

/** What stands in this folder and is no operation has no default export. */
type OperationFile = { default?: (services: OperationDeps) => JobDefinition };

/**
 * Every job type this program has: each file of this folder whose default export is a function
 * from services to a definition. A new type is a new file, and nothing else to edit.
 */
export async function loadOperations(services: OperationDeps): Promise<JobDefinition[]> {
  const names = [...new Bun.Glob('*.ts').scanSync(import.meta.dir)].sort();
  const files = await Promise.all(
    names.map((name) => importFile(join(import.meta.dir, name)) as Promise<OperationFile>),
  );
  return files.flatMap((file) => file.default?.(services) ?? []);
}
