/** Stands in for the program that the model runs in, on a machine that cannot run it. */
import type { ModelRequest, ModelResponse } from '../../src/embedding/local/model_messages.ts';

process.on('disconnect', () => process.exit());
process.on('message', ({ id }: ModelRequest) =>
  process.send?.({ id, failure: 'wrong libc' } satisfies ModelResponse),
);
