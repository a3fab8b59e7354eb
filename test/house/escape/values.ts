import ts from 'typescript';

/** Which of `count` possibilities is taken at a path: an index from 0. */
export type Choose = (path: string, count: number) => number;

export interface Making {
  checker: ts.TypeChecker;
  choose: Choose;
  text: (path: string) => string;
}

const AT = new Date('2026-03-01T12:00:00Z');
/** Types that contain themselves end here. */
const MAX_DEPTH = 9;

/** What a view gets where it expects markup: it is put in as it is. */
export const MARKUP = '<b>markup</b>';

/**
 * A value of a TypeScript type, made of what the type says alone: every text is one that `text`
 * makes, and where the type leaves a choice (a union, an optional property, the length of an array)
 * `choose` takes it. 0 is always the fullest possibility.
 */
export function makeValue(type: ts.Type, path: string, making: Making, depth = 0): unknown {
  const { checker, choose, text } = making;
  if (depth > MAX_DEPTH) return undefined;
  if (isMarkup(type, checker)) return MARKUP;
  if (type.isUnion()) {
    const members = fullestFirst(type.types);
    const member = members[choose(path, members.length)];
    return member && makeValue(member, path, making, depth);
  }
  if (type.isStringLiteral() || type.isNumberLiteral()) return type.value;
  if (type.flags & ts.TypeFlags.BooleanLiteral) return checker.typeToString(type) === 'true';
  if (type.flags & (ts.TypeFlags.String | ts.TypeFlags.TemplateLiteral)) return text(path);
  // A part of a text is all of it: a text that a mark begins or ends in would come out in pieces.
  if (/\.from$/.test(path)) return 0;
  if (/\.to$/.test(path)) return 1_200;
  if (type.flags & ts.TypeFlags.Number) return [3, 1_200, 0][choose(path, 3)];
  if (type.flags & ts.TypeFlags.Null) return null;
  if (type.flags & (ts.TypeFlags.Undefined | ts.TypeFlags.Void)) return undefined;
  if (type.flags & (ts.TypeFlags.Unknown | ts.TypeFlags.Any)) return anything(path, making);
  const constraint = type.isTypeParameter() ? type.getConstraint() : undefined;
  if (constraint) return makeValue(constraint, path, making, depth + 1);
  if (type.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection)) {
    return objectOf(type, path, making, depth + 1);
  }
  throw new Error(`No value can be made for ${path}: ${checker.typeToString(type)}`);
}

/** Types that were asked before: writing a type as text takes longer than all else here. */
const knownMarkup = new WeakMap<ts.Type, boolean>();

/** `JSX.Element` and `Children` are the unions that have a promise among their members. */
export function isMarkup(type: ts.Type, checker: ts.TypeChecker): boolean {
  const known = knownMarkup.get(type) ?? asksForMarkup(type, checker);
  knownMarkup.set(type, known);
  return known;
}

function asksForMarkup(type: ts.Type, checker: ts.TypeChecker): boolean {
  if (type.isUnion()) return type.types.some((member) => isMarkup(member, checker));
  return checker.typeToString(type).startsWith('Promise<');
}

/** Whether values of a type are markup, or objects with markup or functions that return it. */
export function hasMarkup(type: ts.Type, checker: ts.TypeChecker, depth = 0): boolean {
  if (isMarkup(type, checker)) return true;
  return (
    depth < 3 && partsOf(type, checker).some(([, part]) => hasMarkup(part, checker, depth + 1))
  );
}

/** All markup of such a value, joined. Functions in it are called. */
export function markupOf(value: unknown, type: ts.Type, making: Making): string {
  if (value === undefined) return '';
  if (isMarkup(type, making.checker)) return String(value);
  const [call] = type.getNonNullableType().getCallSignatures();
  if (call) {
    const values = call.parameters.map((parameter) =>
      makeValue(making.checker.getTypeOfSymbol(parameter), parameter.name, making),
    );
    return markupOf(
      (value as (...all: unknown[]) => unknown)(...values),
      call.getReturnType(),
      making,
    );
  }
  return partsOf(type, making.checker)
    .filter(([, part]) => hasMarkup(part, making.checker))
    .flatMap(([name, part]) => {
      const own = value as Record<string, unknown>;
      const parts = name === undefined ? Object.values(own) : [own[name]];
      return parts.map((each) => markupOf(each, part, making));
    })
    .join('');
}

/** What a plain object or a function of this type leads to; without a name, under any key. */
function partsOf(type: ts.Type, checker: ts.TypeChecker): [name: string | undefined, ts.Type][] {
  const own = type.getNonNullableType();
  const [call] = own.getCallSignatures();
  if (call) return [[undefined, call.getReturnType()]];
  const isPlain = (own.flags & ts.TypeFlags.Object) !== 0 && own.symbol?.name !== 'Date';
  if (!isPlain || checker.isArrayType(own)) return [];
  const index = own.getStringIndexType();
  const properties = checker
    .getPropertiesOfType(own)
    .map((property): [string, ts.Type] => [property.name, checker.getTypeOfSymbol(property)]);
  return index ? [[undefined, index], ...properties] : properties;
}

function fullestFirst(types: ts.Type[]): ts.Type[] {
  const isEmpty = (type: ts.Type) =>
    (type.flags & (ts.TypeFlags.Undefined | ts.TypeFlags.Null)) !== 0;
  return [...types].sort((a, b) => Number(isEmpty(a)) - Number(isEmpty(b)));
}

/** For `unknown`: what JSON can hold. */
function anything(path: string, { choose, text }: Making): unknown {
  const kinds = [
    () => text(path),
    () => ({ [text(`${path} (key)`)]: text(path), listed: [text(`${path}.listed`)] }),
    () => [text(`${path}[0]`), [text(`${path}[1]`)]],
    () => 3,
    () => true,
  ];
  return kinds[choose(path, kinds.length)]?.();
}

function objectOf(type: ts.Type, path: string, making: Making, depth: number): unknown {
  const { checker, choose } = making;
  const [call] = type.getCallSignatures();
  if (call) return () => makeValue(call.getReturnType(), `${path}()`, making, depth);
  if (type.symbol?.name === 'Date') return AT;
  const elements = checker.isTupleType(type) ? typeArguments(type, checker) : undefined;
  if (elements) return elements.map((part, i) => makeValue(part, `${path}[${i}]`, making, depth));
  if (checker.isArrayType(type)) {
    const [element] = typeArguments(type, checker);
    const length = [2, 1, 0][choose(`${path}.length`, 3)] ?? 0;
    return Array.from({ length }, (_, i) =>
      makeValue(element as ts.Type, `${path}[${i}]`, making, depth),
    );
  }
  return withIndex(type, path, making, depth);
}

function typeArguments(type: ts.Type, checker: ts.TypeChecker): readonly ts.Type[] {
  return checker.getTypeArguments(type as ts.TypeReference);
}

function withIndex(type: ts.Type, path: string, making: Making, depth: number): object {
  const index = type.getStringIndexType();
  const value = properties(type, path, making, depth);
  if (!index) return value;
  const key = making.text(`${path} (key)`);
  value[key] = makeValue(index, `${path}[key]`, making, depth);
  return new Proxy(value, {
    get: (own, name) => {
      if (typeof name === 'symbol' || name === 'toJSON' || name === 'then') return undefined;
      own[name] ??= makeValue(index, `${path}.${name}`, making, depth);
      return own[name];
    },
  });
}

function properties(type: ts.Type, path: string, making: Making, depth: number) {
  const value: Record<string, unknown> = {};
  for (const property of making.checker.getPropertiesOfType(type)) {
    const part = `${path}.${property.name}`;
    const made = makeValue(making.checker.getTypeOfSymbol(property), part, making, depth);
    if (made !== undefined) value[property.name] = made;
  }
  return value;
}
