import { boundedError } from '../engine/tidying.ts';
import type { StepChange } from './store.ts';

/** The values of a step that is changed: status, result, error, start and end; null: no value. */
export function stepValues(
  change: StepChange,
  now: number,
): [
  status: string,
  result: string | null,
  error: string | null,
  startedAt: number | null,
  endedAt: number | null,
] {
  const { status } = change;
  const result = status === 'completed' ? JSON.stringify(change.result ?? null) : null;
  const error = status === 'failed' ? boundedError(change.error) : null;
  const isBegun = status === 'running';
  const isEnded = !isBegun && status !== 'pending';
  return [status, result, error, isBegun ? now : null, isEnded ? now : null];
}
