import { z } from 'zod';
import { list, optional, text } from '../schema.ts';

const contentSchema = z.object({
  itemContent: optional(z.unknown()),
  items: optional(list(z.object({ entryId: text, item: optional(z.unknown()) }))),
  cursorType: text,
  value: text,
});

const entrySchema = z.object({ entryId: z.string(), content: contentSchema });

const instructionSchema = z.object({
  type: z.string(),
  direction: text,
  entry: optional(entrySchema),
  entries: optional(list(entrySchema)),
  moduleItems: optional(list(z.object({ entryId: text, item: optional(z.unknown()) }))),
});

const itemSchema = z.object({
  tweet_results: optional(z.object({ result: z.unknown().optional() })),
  user_results: optional(z.object({ result: z.unknown().optional() })),
  promotedMetadata: z.unknown().optional(),
});

type Instruction = z.infer<typeof instructionSchema>;
type Entry = z.infer<typeof entrySchema>;

/** What is read of a timeline; suggestions of the other kind are passed over. */
export type ItemKind = 'tweet_results' | 'user_results';

/** A tweet or a user of a timeline, as X has sent it. */
export interface TimelineItem {
  /** `tweet-1234` */
  entryId: string;
  result: unknown;
  isPromoted: boolean;
  isPinned: boolean;
  /** It is shown together with others, as part of a conversation. */
  isInModule: boolean;
}

export interface Timeline {
  items: TimelineItem[];
  /** Absent when X has ended the timeline. */
  cursor?: string;
}

/** @returns undefined when the answer contains no timeline. */
export function readUserTimeline(answer: unknown): Timeline | undefined {
  return readTimeline(
    'tweet_results',
    at(answer, 'data', 'user', 'result', 'timeline', 'timeline') ??
      at(answer, 'data', 'user', 'result', 'timeline_v2', 'timeline'),
  );
}

/** @returns undefined when the answer contains no timeline. */
export function readSearchTimeline(answer: unknown, kind: ItemKind): Timeline | undefined {
  return readTimeline(
    kind,
    at(answer, 'data', 'search_by_raw_query', 'search_timeline', 'timeline'),
  );
}

/** The value at a path of names; undefined when there is none. */
export function at(value: unknown, ...path: string[]): unknown {
  return path.reduce<unknown>(
    (inner, name) => (Object(inner) as Record<string, unknown>)[name],
    value,
  );
}

function readTimeline(kind: ItemKind, timeline: unknown): Timeline | undefined {
  const instructions = at(timeline, 'instructions');
  if (!Array.isArray(instructions)) return undefined;
  const known = list(instructionSchema).parse(instructions);
  const isOver = known.some(
    ({ type, direction }) => type === 'TimelineTerminateTimeline' && direction !== 'Top',
  );
  const cursor = isOver ? undefined : cursorOf(known);
  return { items: known.flatMap((one) => itemsOf(one, kind)), ...(cursor && { cursor }) };
}

/** On the later pages of a search the cursor comes as an instruction that replaces the earlier one. */
function cursorOf(instructions: Instruction[]): string | undefined {
  const entries = instructions.flatMap(({ entries = [], entry }) =>
    [...entries, entry ?? []].flat(),
  );
  return entries.findLast(({ content }) => content.cursorType === 'Bottom')?.content.value;
}

function itemsOf(
  { type, entry, entries = [], moduleItems = [] }: Instruction,
  kind: ItemKind,
): TimelineItem[] {
  const isPinned = type === 'TimelinePinEntry';
  const all = isPinned && entry ? [entry] : entries;
  return [
    ...all.flatMap((one) => itemsOfEntry(one, kind, isPinned)),
    ...moduleItems.flatMap(({ entryId = '', item }) =>
      toItem(entryId, kind, at(item, 'itemContent'), { isPinned: false, isInModule: true }),
    ),
  ];
}

function itemsOfEntry(
  { entryId, content }: Entry,
  kind: ItemKind,
  isPinned: boolean,
): TimelineItem[] {
  if (content.itemContent) {
    return toItem(entryId, kind, content.itemContent, { isPinned, isInModule: false });
  }
  return (content.items ?? []).flatMap((inner) =>
    toItem(`${entryId} ${inner.entryId ?? ''}`, kind, at(inner.item, 'itemContent'), {
      isPinned,
      isInModule: true,
    }),
  );
}

function toItem(
  entryId: string,
  kind: ItemKind,
  content: unknown,
  place: { isPinned: boolean; isInModule: boolean },
): TimelineItem[] {
  const item = itemSchema.safeParse(content).data;
  const wrapped = item?.[kind];
  if (!wrapped) return [];
  return [
    {
      entryId,
      result: wrapped.result,
      isPromoted: item.promotedMetadata !== undefined || entryId.includes('promoted-'),
      ...place,
    },
  ];
}
