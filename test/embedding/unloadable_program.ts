/** Stands in for the program that the model runs in, on a machine that cannot run it. */
import type { ModelResponse } from '../../src/embedding/local/model_program.ts';

process.on('disconnect', () => process.exit());
process.on('message', () => process.send?.({ failure: 'wrong libc' } satisfies ModelResponse));
