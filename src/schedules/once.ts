import { InvalidInput, messageOf } from '../jobs/index.ts';

/** Whether jobs of a type are started by hand only. */
export type IsOnce = (type: string) => boolean;

/** The jobs of the type are started by hand only. */
export class NotRepeatable extends InvalidInput {
  constructor(type: string) {
    super({ type: `A schedule cannot start ${type}: its jobs are started by hand only.` });
  }
}

/** @throws NotRepeatable */
export function requireRepeatable(type: string, isOnce: IsOnce | undefined): void {
  if (isOnce?.(type)) throw new NotRepeatable(type);
}

/** Why a schedule starts nothing, for people: as `messageOf`, but the input is not to blame for its type. */
export function problemOf(error: unknown): string {
  return error instanceof NotRepeatable ? error.message : messageOf(error);
}
