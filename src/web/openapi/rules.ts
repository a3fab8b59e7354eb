import type { OpenAPIV3_1 } from 'openapi-types';
import type { Schema } from './document.ts';

const KINDS = new Map<string, string>([
  ['integer', 'whole number'],
  ['number', 'number'],
  ['string', 'text'],
  ['boolean', 'true or false'],
  ['object', 'object'],
]);

/** The rule for a value in words: `whole number, 1 to 10,000, by default 100`. */
export function ruleOf(schema: Schema): string {
  const name = nameOf(schema);
  if (name) return name;
  if ('$ref' in schema) return '';
  if (schema.anyOf) {
    const either = schema.anyOf.map((one) => ruleOf(one)).join(', or ');
    return joined([either, defaultOf(schema)]);
  }
  return joined([kindOf(schema), rangeOf(schema), lengthOf(schema), defaultOf(schema)]);
}

function joined(parts: string[]): string {
  return parts.filter(Boolean).join(', ');
}

/** The schema's name in the document, if it has one. */
export function nameOf(schema: Schema): string | undefined {
  return '$ref' in schema && schema.$ref ? schema.$ref.split('/').at(-1) : undefined;
}

function kindOf(schema: OpenAPIV3_1.SchemaObject): string {
  if ('const' in schema && schema.const !== undefined) return String(schema.const);
  if (schema.enum) return `one of ${schema.enum.map(String).join(', ')}`;
  if (schema.format === 'date-time') return 'time';
  if (schema.type === 'array') return `list of ${ruleOf('items' in schema ? schema.items : {})}`;
  const types = [schema.type ?? []].flat();
  return types.map((type) => KINDS.get(type) ?? type).join(' or ') || 'anything';
}

function rangeOf({ minimum, maximum }: OpenAPIV3_1.SchemaObject): string {
  if (minimum === undefined) return '';
  const from = minimum.toLocaleString('en');
  return maximum === undefined ? `${from} or more` : `${from} to ${maximum.toLocaleString('en')}`;
}

function lengthOf({ maxLength }: OpenAPIV3_1.SchemaObject): string {
  return maxLength === undefined ? '' : `up to ${maxLength.toLocaleString('en')} characters`;
}

function defaultOf({ default: value }: OpenAPIV3_1.SchemaObject): string {
  return value === undefined ? '' : `by default ${String(value)}`;
}
