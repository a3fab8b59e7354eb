import type { z } from 'zod';
import { defineJob, type JobDefinition, type JobType, type Need } from '../jobs/index.ts';
import { InvalidConfig } from '../platform/config.ts';
import { escaped } from '../text/printable.ts';
import { customType } from './custom_types.ts';
import type { OperationDeps } from './deps.ts';
import { type Field, fieldsOf, sourceField } from './fields.ts';
import { defaultOf, foldersWithoutRun, loadInput } from './folders.ts';
import { isNamedLikeAType, isReserved, MALFORMED, shownName, TAKEN } from './names.ts';
import type { Operation, OperationRun, Operations } from './operation.ts';
import { OPERATION_TYPES, wordsOf } from './words.ts';

export type { Field } from './fields.ts';
export { loadForms, type OperationForms } from './folders.ts';
export { RESERVED_NAMES } from './names.ts';
export type { Operation, OperationCommand, Operations } from './operation.ts';
export { OPERATION_TYPES } from './words.ts';

/**
 * Loads every job type: each folder beside this file is one, and so is each that the program adds.
 * @throws InvalidConfig when a folder's name cannot be the name of a type, or `run.ts` is missing.
 */
export async function loadOperations(deps: OperationDeps): Promise<Operations> {
  refuseIncomplete(foldersWithoutRun());
  const loaded = OPERATION_TYPES.map((type) => loadOperation(type, deps));
  const operations = await Promise.all(loaded);
  return new Map(operations.map((operation) => [operation.type, operation]));
}

async function loadOperation(type: string, deps: OperationDeps): Promise<Operation> {
  refuseReserved(type);
  const [input, create] = await Promise.all([
    loadInput(type, deps),
    customType(type)?.create ??
      defaultOf<(deps: OperationDeps) => OperationRun<JobType>>(type, 'run.ts'),
  ]);
  const field = wordsOf(type).readsSource
    ? 'source'
    : customType(type) && sourceField((input as () => z.ZodType)());
  const created = create(deps);
  const needs = [...(field ? [sourcesOf(deps, field)] : []), ...(created.needs ?? [])];
  const definition = defineJob({
    ...created,
    ...(needs.length > 0 && { needs }),
    type: type as JobType,
    input: input as () => never,
  });
  let fields: Field[] | undefined;
  return {
    type: type as JobType,
    definition,
    // The schema is made when it is first used.
    get fields() {
      fields ??= fieldsOf(definition.input);
      return fields;
    },
    words: wordsOf(type),
  };
}

/** They change: other processes come and go, and credentials are stored. */
function sourcesOf({ sources, isLeftToOthers }: OperationDeps, field: string): Need {
  return {
    field,
    what: 'source',
    get has() {
      return [...sources.keys()].filter((source) => !isLeftToOthers?.(source));
    },
  };
}

/** The definitions for the tracker, sorted by type. */
export function definitionsOf(operations: Operations): JobDefinition[] {
  const definitions = [...operations.values()].map(({ definition }) => definition);
  return definitions.sort((one, other) => (one.type < other.type ? -1 : 1));
}

/** @throws InvalidConfig that names the folders. */
function refuseIncomplete(folders: string[]): void {
  if (folders.length === 0) return;
  const problems = folders.map(
    (name) => `The folder src/operations/${name} cannot be a job type: run.ts is missing.`,
  );
  throw new InvalidConfig(`${problems.join('\n')}\nAdd the file, or remove the folder.`);
}

/** @throws InvalidConfig when the name is reserved, or does not fit into an address. */
export function refuseReserved(type: string): void {
  const folder = customType(type) ? shownName(type) : `The folder src/operations/${escaped(type)}`;
  const refused = `${folder} cannot be a job type:`;
  if (isReserved(type)) throw new InvalidConfig(`${refused} “${type}” ${TAKEN}`);
  if (!isNamedLikeAType(type)) throw new InvalidConfig(`${refused} ${MALFORMED}`);
}
