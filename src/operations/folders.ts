import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import type { OperationForm } from '../../views/forms/operation_form.ts';
import { importFile } from '../platform/import_file.ts';
import { customType } from './custom_types.ts';
import type { InputDeps } from './job_type.ts';
import type { OperationCommand } from './operation.ts';
import { OPERATION_TYPES } from './words.ts';

/** The optional forms of the types, by type. */
export type OperationForms = ReadonlyMap<string, OperationForm>;

/** Loads the `form.tsx` of each type that has one; only the server needs them. */
export async function loadForms(): Promise<OperationForms> {
  const types = OPERATION_TYPES.filter((type) => hasFile(type, 'form.tsx'));
  const forms = types.map(
    async (type) => [type, await defaultOf<OperationForm>(type, 'form.tsx')] as const,
  );
  return new Map(await Promise.all(forms));
}

/** The commands of a type: those of its `command.ts`, or one with all defaults. */
export async function loadCommands(type: string): Promise<OperationCommand[]> {
  const custom = customType(type);
  if (custom) return custom.commands;
  if (!hasFile(type, 'command.ts')) return [{}];
  return [await defaultOf<OperationCommand | OperationCommand[]>(type, 'command.ts')].flat();
}

/** The function that makes the schema of a type's input. It does not load `run.ts`. */
export async function loadInput(type: string, deps: InputDeps): Promise<() => z.ZodType> {
  const create =
    customType(type)?.input ?? (await defaultOf<(deps: InputDeps) => z.ZodType>(type, 'input.ts'));
  return () => create(deps);
}

/** The files of which a folder of a job type consists. */
const TYPE_FILES = ['input.ts', 'words.ts', 'sentence.ts', 'command.ts', 'form.tsx'];

/** Folders that look like a job type and have no `run.ts`. They are in no list of types. */
export function foldersWithoutRun(folder = import.meta.dir): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !existsSync(join(folder, entry.name, 'run.ts')))
    .map(({ name }) => name)
    .filter((name) => TYPE_FILES.some((file) => existsSync(join(folder, name, file))));
}

function hasFile(type: string, file: string): boolean {
  return existsSync(join(import.meta.dir, type, file));
}

/** The default export of a file in a type's folder. */
export async function defaultOf<Default>(type: string, file: string): Promise<Default> {
  const path = join(import.meta.dir, type, file);
  const { default: found } = (await importFile(path)) as { default?: Default };
  if (found) return found;
  throw new Error(`${path} has no default export. See src/operations/operation.ts.`);
}
