import { usableSources } from '../../../views/forms/sources.ts';
import type { BeginningCard, QuickStart } from '../../../views/view_models.ts';
import type { Job } from '../../jobs/index.ts';
import type { Field } from '../../operations/index.ts';
import type { Words } from '../../operations/operation.ts';
import { OPERATION_TYPES, wordsOf } from '../../operations/words.ts';
import type { FirstDeps } from '../deps.ts';
import { lastSource, sourceOptions } from './source_options.ts';

/** The types that have a form on the dashboard. */
export async function quickStarts(deps: FirstDeps, recent: Job[]): Promise<QuickStart[]> {
  const { operations } = await deps.jobDeps();
  return [...operations.values()].flatMap((operation) => {
    const { type, fields, words } = operation;
    if (!words.quick) return [];
    const field = fields.find(({ name }) => name === words.quick?.field);
    const usable = usableSources(fields, sourceOptions(deps, operation)).filter(
      ({ name }) => name !== words.upload?.source,
    );
    const able = usable.filter(({ needsConnection }) => !needsConnection);
    const unconnected = usable.filter(({ needsConnection }) => needsConnection);
    const last = lastSource(recent, able);
    const sources = able.toSorted(
      (one, other) => Number(other.name === last) - Number(one.name === last),
    );
    return [{ type, field, sources, unconnected }];
  });
}

/** A card for each source: those that need a name, then a file, then nothing. */
export function beginnings(deps: FirstDeps): BeginningCard[] {
  const type = OPERATION_TYPES.find((each) => wordsOf(each).readsSource);
  if (type === undefined) return [];
  const words = wordsOf(type);
  const { upload } = words;
  const field = nameField(words);
  const cards = sourceOptions(deps, { words }).map((source) => ({
    source,
    type,
    field,
    ...deps.sources.get(source.name)?.beginning,
    ...(upload?.source === source.name && { upload }),
  }));
  return cards.toSorted((one, other) => placeOf(one) - placeOf(other));
}

/** Not that of the type's schema: an empty library is shown before the types are loaded. */
function nameField({ quick }: Words): Field | undefined {
  if (quick?.field === undefined) return undefined;
  return {
    name: quick.field,
    kind: 'text',
    label: quick.label ?? quick.field,
    required: true,
    rule: quick.rule,
  };
}

function placeOf({ ready, upload }: BeginningCard): number {
  if (ready) return 2;
  return upload ? 1 : 0;
}
