import type { z } from 'zod';
import type { JobType } from '../jobs/index.ts';
import type { OperationDeps } from './deps.ts';
import type { InputDeps } from './job_type.ts';
import type { OperationCommand, OperationRun, OperationWords } from './operation.ts';

/**
 * The job types of a program that imports xgpt, besides those with a folder. `words.ts` reads them when
 * it is loaded, in the browser's script too, so this module loads nothing.
 */

/** What the files of a folder contain, for a type without one. */
export interface CustomType {
  type: string;
  input(deps: InputDeps): z.ZodType;
  create(deps: OperationDeps): OperationRun<JobType>;
  words: OperationWords;
  commands: OperationCommand[];
}

const types = new Map<string, CustomType>();
let areRead = false;

/** @throws Error after the list of types has been read. */
export function addCustomTypes(added: readonly CustomType[]): void {
  if (added.length > 0 && areRead) {
    throw new Error('Job types cannot be added any more. Call serve once, with all of them.');
  }
  for (const one of added) types.set(one.type, one);
}

export function customType(type: string): CustomType | undefined {
  return types.get(type);
}

/** The words of all of them. From now on none can be added: the navigation is made of this list. */
export function customWords(): Record<string, OperationWords> {
  areRead = true;
  return Object.fromEntries([...types.values()].map(({ type, words }) => [type, words]));
}
