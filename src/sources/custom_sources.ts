import { InvalidConfig } from '../platform/config.ts';
import type { LiveDeps } from './connection.ts';
import type { Source } from './source.ts';

/** A source of a program that imports xgpt; a function where it takes credentials or rate limits. */
export type SourceDefinition = Source | ((live: LiveDeps) => Source);

const definitions: SourceDefinition[] = [];

/** They are offered after the built-in sources, by every list that is made from now on. */
export function addCustomSources(added: readonly SourceDefinition[]): void {
  definitions.push(...added);
}

/** @throws InvalidConfig when a name is taken, or cannot be part of an address. */
export function customSources(
  live: LiveDeps,
  builtIn: readonly Source[],
  added: readonly SourceDefinition[] = definitions,
): Source[] {
  const taken = new Set(builtIn.map(({ name }) => name));
  return added.map((definition) => {
    const source = typeof definition === 'function' ? definition(live) : definition;
    if (!/^[a-z][a-z0-9]*([_-][a-z0-9]+)*$/.test(source.name)) {
      throw new InvalidConfig(
        `"${source.name}" cannot be a source. A name has lower-case letters, digits and single hyphens.`,
      );
    }
    if (taken.has(source.name))
      throw new InvalidConfig(`There is another source "${source.name}".`);
    taken.add(source.name);
    return source;
  });
}

/** Gives a source its types; `serve` takes it. */
export function defineSource<Definition extends SourceDefinition>(
  definition: Definition,
): Definition {
  return definition;
}
