/** A JSON Schema, or any other object of an OpenAPI document. */
export type Node = Record<string, unknown>;

export const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const nodeAt = (node: Node | undefined, name: string): Node => {
  const value = node?.[name];
  return isNode(value) ? value : {};
};

/** Follows references within a document, such as `#/components/schemas/Job`. */
export function resolved(document: Node, node: Node): Node {
  if (typeof node.$ref !== 'string') return node;
  const { $ref, ...siblings } = node;
  const names = $ref.replace(/^#\//, '').split('/');
  const target = names.reduce((at, name) => nodeAt(at, name), document);
  return { ...resolved(document, target), ...siblings };
}

/** A schema and the document that its references point into. */
export interface SchemaIn {
  document: Node;
  schema: Node;
}

/** A newly required field breaks clients in a request, but not in a response. */
export type Direction = 'request' | 'response';

/** Keywords whose values must be equal. */
const EQUAL = [
  'type',
  'enum',
  'format',
  'pattern',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'uniqueItems',
  'default',
  'contentMediaType',
  'contentEncoding',
];

/** Keywords whose value may change, but that must stay. */
const PRESENT = ['description', 'examples', 'example', 'title', 'deprecated'];

/** Maximum nesting: a schema may contain itself. */
const MAX_DEPTH = 30;

/**
 * What `now` lacks of `before`. More properties, keywords and variants are no loss, and neither is
 * another notation: a reference or its target, `const` or `enum`, `anyOf`, `oneOf` or several types.
 * @returns sentences that begin with `at`; none when nothing is lost.
 */
export function schemaLosses(
  at: string,
  before: SchemaIn,
  now: SchemaIn,
  direction: Direction,
  depth = 0,
): string[] {
  if (depth > MAX_DEPTH) return [];
  const recorded = variantsOf(before);
  const present = variantsOf(now);
  const lossesTo = (one: SchemaIn) => (other: SchemaIn) =>
    variantLosses(at, one, other, direction, depth);
  const losses = recorded.flatMap((variant) => {
    const each = present.map(lossesTo(variant));
    return each.sort((a, b) => a.length - b.length)[0] ?? [`${at}: has no schema`];
  });
  return [...new Set(losses)];
}

/** The alternatives that a value may match, each without references and alternatives of its own. */
function variantsOf({ document, schema }: SchemaIn): SchemaIn[] {
  const { allOf, ...plain } = resolved(document, schema);
  const merged = (Array.isArray(allOf) ? allOf : []).reduce(
    (whole: Node, part: Node) => mergedSchemas(whole, resolved(document, part)),
    plain,
  );
  const { anyOf, oneOf, ...rest } = merged;
  const options = anyOf ?? oneOf;
  if (Array.isArray(options)) {
    return options.flatMap((option: Node) =>
      variantsOf({ document, schema: { ...rest, ...resolved(document, option) } }),
    );
  }
  if (Array.isArray(rest.type)) {
    return rest.type.flatMap((type: unknown) =>
      variantsOf({ document, schema: { ...rest, type } }),
    );
  }
  const { const: value, ...others } = rest;
  return [{ document, schema: value === undefined ? rest : { ...others, enum: [value] } }];
}

function mergedSchemas(one: Node, other: Node): Node {
  const required = [one.required, other.required].flatMap((names) => names ?? []);
  return {
    ...one,
    ...other,
    properties: { ...nodeAt(one, 'properties'), ...nodeAt(other, 'properties') },
    ...(required.length > 0 && { required }),
  };
}

function variantLosses(
  at: string,
  before: SchemaIn,
  now: SchemaIn,
  direction: Direction,
  depth: number,
): string[] {
  const further = (where: string, from: unknown, value: unknown) => {
    const to = value === true ? {} : value;
    if (!isNode(from)) return [];
    if (!isNode(to)) return [`${where}: is missing`];
    const [one, other] = [
      { ...before, schema: from },
      { ...now, schema: to },
    ];
    return schemaLosses(where, one, other, direction, depth + 1);
  };
  const [from, to] = [before.schema, now.schema];
  const properties = Object.keys(nodeAt(from, 'properties')).flatMap((name) =>
    further(`${at}.${name}`, nodeAt(from, 'properties')[name], nodeAt(to, 'properties')[name]),
  );
  return [
    ...keywordLosses(at, from, to),
    ...requiredLosses(at, from, to, direction),
    ...openLosses(at, from, to),
    ...properties,
    ...further(`${at}[]`, from.items, to.items),
    ...further(`${at}.*`, from.additionalProperties, to.additionalProperties),
    ...further(`${at} (names)`, from.propertyNames, to.propertyNames),
  ];
}

function keywordLosses(at: string, before: Node, now: Node): string[] {
  const changed = EQUAL.filter((name) => name in before)
    .filter((name) => textOf(before[name]) !== textOf(now[name]))
    .map((name) => `${at}: ${name} was ${textOf(before[name])}, is ${textOf(now[name])}`);
  const dropped = PRESENT.filter((name) => name in before && !hasContent(now[name])).map(
    (name) => `${at}: ${name} is missing`,
  );
  return [...changed, ...dropped];
}

/** The order of the values of an enum has no meaning. */
function textOf(value: unknown): string {
  return JSON.stringify(Array.isArray(value) ? [...value].sort() : value) ?? 'absent';
}

export function hasContent(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}

function requiredLosses(at: string, before: Node, now: Node, direction: Direction): string[] {
  const [was, is] = [before, now].map(({ required }) => new Set((required ?? []) as string[]));
  const optional = [...(was ?? [])].filter((name) => !is?.has(name));
  const demanded = direction === 'request' ? [...(is ?? [])].filter((name) => !was?.has(name)) : [];
  return [
    ...optional.map((name) => `${at}.${name}: was required`),
    ...demanded.map((name) => `${at}.${name}: was optional`),
  ];
}

/** Whether an object may have further properties. */
function openLosses(at: string, before: Node, now: Node): string[] {
  const isClosed = (schema: Node) => schema.additionalProperties === false;
  if (isClosed(before) === isClosed(now)) return [];
  // Without the keyword the recording says nothing about further properties.
  if (!('additionalProperties' in before)) return [];
  return [`${at}: additionalProperties was ${textOf(before.additionalProperties)}`];
}
