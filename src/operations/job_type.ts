import type { z } from 'zod';
import type { Source } from '../sources/source.ts';

/**
 * What `input.ts` of a type is made of. It imports little, because programs that use the client
 * read it for its types.
 */

/** What an input's schema may depend on. */
export interface InputDeps {
  sources: ReadonlyMap<string, Pick<Source, 'name' | 'label' | 'search' | 'discover'>>;
  embedder: { model: string };
}

/** The entry of a type in `JobTypes`, out of its schema and its result. */
export interface JobTypeOf<Input extends (deps: InputDeps) => z.ZodType, Output> {
  /** As `run` gets it: complete. */
  input: z.output<ReturnType<Input>>;
  /** As it may be sent. */
  sent: z.input<ReturnType<Input>>;
  output: Output;
}

/** For the fields of an input: its schema is needed, not the values that depend on these. */
export const NO_INPUT_DEPS: InputDeps = { sources: new Map(), embedder: { model: '' } };
