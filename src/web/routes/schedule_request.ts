import { InvalidInput } from '../../jobs/index.ts';
import { repeatedDefaults } from '../../operations/words.ts';
import { cronOf, type ScheduleRequest } from '../../schedules/index.ts';

/** How the fields of a start form are named that only a schedule needs: `repeat.at`. */
export const REPEAT = 'repeat.';

/** Beside the input of a job. */
export const OWN_FIELDS = ['type', 'sessionId', 'every', 'at', 'day', 'cron', 'timeZone'] as const;

/** Whether a field belongs to "Repeat…" of a start form, which sends it with every start. */
export function isRepeatField(name: string): boolean {
  return name.startsWith(REPEAT);
}

/**
 * Reads `{ type, input, every, at, day, cron, timeZone, sessionId }`, or the same as the flat fields
 * of a form, which has the fields of the input beside them.
 */
export function readScheduleFields(body: Record<string, unknown>): {
  own: Record<string, unknown>;
  input: unknown;
  fieldName(name: string): string;
} {
  if (body.input !== undefined) return { own: body, input: body.input, fieldName: (name) => name };
  const own: Record<string, unknown> = {};
  const input: Record<string, unknown> = {};
  const isStartForm = Object.keys(body).some(isRepeatField);
  for (const [name, value] of Object.entries(body)) {
    const bare = isRepeatField(name) ? name.slice(REPEAT.length) : name;
    const isOwn = bare === 'all' || OWN_FIELDS.some((field) => field === bare);
    (isOwn ? own : input)[bare] = value;
  }
  if (isStartForm) readAllOrNew(own, input);
  // The fields of a form that are not in use are sent too.
  if (isStartForm && own.every !== 'cron') delete own.cron;
  const isRepeat = (name: string) => isStartForm && !['type', 'sessionId'].includes(name);
  return {
    own,
    input,
    fieldName: (name) =>
      isRepeat(name) && OWN_FIELDS.some((field) => field === name) ? REPEAT + name : name,
  };
}

/** The start form has a tick of its own for a single start: for a schedule that of "Repeat…" counts. */
function readAllOrNew(own: Record<string, unknown>, input: Record<string, unknown>): void {
  const readsAll = own.all === 'true';
  const type = typeof own.type === 'string' ? own.type : '';
  for (const name of Object.keys(repeatedDefaults(type, input))) {
    if (readsAll) input[name] = false;
    else delete input[name];
  }
  delete own.all;
}

/**
 * The schedule that these fields ask for.
 * @param client names the client, for the limit of waiting jobs of each client.
 * @throws InvalidInput that names the first field that cannot be read.
 */
export function scheduleRequest(
  own: Record<string, unknown>,
  input: unknown,
  client: string | undefined,
): ScheduleRequest {
  const { sessionId } = own;
  return {
    type: textOf('type', own.type, TYPE_MISSING),
    input: fieldsOf(input),
    cron: cronOf(own),
    timeZone: textOf('timeZone', own.timeZone) ?? serverZone(),
    ...(sessionId !== undefined && { sessionId: sessionId as string }),
    ...(client !== undefined && { client }),
  };
}

const TYPE_MISSING = 'Type is missing. Send the type of the jobs, for example scrape.';

function fieldsOf(input: unknown): Record<string, unknown> {
  if (typeof input === 'object' && input !== null && !Array.isArray(input)) return { ...input };
  throw new InvalidInput({ input: 'Input must be an object with the fields of the type.' });
}

/** The time zone of this machine. */
export function serverZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

function textOf(field: string, value: unknown, missing: string): string;
function textOf(field: string, value: unknown): string | undefined;
function textOf(field: string, value: unknown, missing?: string): string | undefined {
  if (typeof value === 'string' && value.trim() !== '') return value.trim();
  const isAbsent = value === undefined || value === null || value === '';
  const name = field === 'type' ? 'Type' : 'Time zone';
  if (!isAbsent && typeof value !== 'string') {
    throw new InvalidInput({ [field]: `${name} must be text.` });
  }
  if (missing !== undefined) throw new InvalidInput({ [field]: missing });
  return undefined;
}
