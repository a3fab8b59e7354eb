import { addFilter, type TypedFilter } from './filters.ts';
import type { FindFilters, UnheldPart, WordMatch } from './query.ts';

/** What was typed, as it is nested: words, and operators that have a value. */
export type Condition =
  | { all: Condition[]; typed?: string }
  | { any: Condition[]; typed?: string }
  | { not: Condition }
  | WordMatch
  | { operator: TypedOperator };

export interface TypedOperator extends TypedFilter {
  /** Without the minus. */
  text: string;
}

/** Where operators go that hold for the whole query, and what cannot be expressed. */
export interface Conditions {
  filters: FindFilters;
  unheld: UnheldPart[];
  now: number;
}

/** Several values of these are alternatives, wherever they stand. */
const ALTERNATIVE_KEYS = ['from', 'lang', 'is', 'source'];

/** The brackets around it, as typed. Words need none: they can be excluded together. */
export function inBrackets(condition: Condition, typed: string): Condition {
  return isOfWords(condition) || !('all' in condition || 'any' in condition)
    ? condition
    : { ...condition, typed };
}

/**
 * Tells operators from words: operators become filters, which hold for the whole query, and words are
 * returned. A minus before a bracket goes to what is in it, by De Morgan's laws. What filters cannot express
 * is recorded.
 */
export function required(
  condition: Condition,
  to: Conditions,
  isAlternative = false,
): WordMatch | undefined {
  if (isOfWords(condition)) return condition;
  if ('operator' in condition) return add(condition.operator, to, isAlternative);
  if ('not' in condition) return excluded(condition.not, to, isAlternative);
  if ('all' in condition)
    return everyOf(condition.all.flatMap((one) => required(one, to, isAlternative) ?? []));
  const isList = areValuesOfOne(condition.any, false);
  return anyOf(condition.any.flatMap((one) => required(one, to, isAlternative || !isList) ?? []));
}

function excluded(
  condition: Condition,
  to: Conditions,
  isAlternative: boolean,
): WordMatch | undefined {
  const exclude = (list: Condition[]) =>
    everyOf(list.flatMap((one) => required(negated(one), to, isAlternative) ?? []));
  if ('all' in condition && areValuesOfOne(condition.all)) return exclude(condition.all);
  if ('any' in condition && !hasValuesOfOne(condition.any)) return exclude(condition.any);
  to.unheld.push({ typed: typedOf(condition), reason: 'together' });
  return undefined;
}

function add(operator: TypedOperator, to: Conditions, isAlternative: boolean): undefined {
  addFilter(operator, to.filters, to.now);
  if (isAlternative) to.unheld.push({ typed: withSign(operator), reason: 'alternative' });
}

/** `-(-soup)` is `soup`. */
export function negated(condition: Condition): Condition {
  if ('operator' in condition)
    return { operator: { ...condition.operator, isNot: !condition.operator.isNot } };
  return 'not' in condition ? condition.not : { not: condition };
}

export function everyOf<T>(list: T[]): T | { all: T[] } | undefined {
  return list.length > 1 ? { all: list } : list[0];
}

function anyOf(list: WordMatch[]): WordMatch | undefined {
  return list.length > 1 ? { any: list } : list[0];
}

function isOfWords(condition: Condition): condition is WordMatch {
  if ('operator' in condition) return false;
  if ('not' in condition) return isOfWords(condition.not);
  if ('all' in condition) return condition.all.every(isOfWords);
  return !('any' in condition) || condition.any.every(isOfWords);
}

/** Whether these are values of one operator, of which posts have any. */
function areValuesOfOne(list: Condition[], isNot?: boolean): boolean {
  const [first] = list;
  if (!first || !('operator' in first)) return false;
  const { key, isNot: sign } = first.operator;
  return (
    ALTERNATIVE_KEYS.includes(key) &&
    (isNot === undefined || sign === isNot) &&
    list.every(
      (one) => 'operator' in one && one.operator.key === key && one.operator.isNot === sign,
    )
  );
}

/** Without their minuses these would be alternatives, and all are to be met. */
function hasValuesOfOne(list: Condition[]): boolean {
  const keys = list.flatMap((one) =>
    'operator' in one && one.operator.isNot ? [one.operator.key] : [],
  );
  return ALTERNATIVE_KEYS.some((key) => keys.filter((one) => one === key).length > 1);
}

/** A bracket as typed, with the minus that it has or is given. */
const typedOf = (condition: Condition) => `-${'typed' in condition ? condition.typed : ''}`;

const withSign = ({ isNot, text }: TypedOperator) => `${isNot ? '-' : ''}${text}`;
