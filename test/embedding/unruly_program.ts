/**
 * Stands in for the program that the model runs in. A vector of it is the process's id; some texts
 * make it misbehave as a model can.
 */
import type { ModelRequest, ModelResponse } from '../../src/embedding/local/model_program.ts';

process.on('disconnect', () => process.exit());

process.on('message', async ({ load, embed }: ModelRequest) => {
  const texts = embed ?? [load];
  if (texts.includes('hang')) for (;;);
  if (texts.includes('crash')) process.kill(process.pid, 'SIGKILL');
  if (texts.includes('slow')) await Bun.sleep(300);
  process.send?.(texts.includes('fail') ? { failure: 'no such token' } : pids(embed ?? []));
});

/** A process's id is below 2 ** 22: a float32 holds it exactly. */
function pids(texts: string[]): ModelResponse {
  return { vectors: texts.map(() => Float32Array.of(process.pid)) };
}
