/**
 * Stands in for the program that the model runs in. A vector of it is the process's id; some texts
 * make it misbehave as a model can.
 */
import type { ModelRequest, ModelResponse } from '../../src/embedding/local/model_messages.ts';

process.on('disconnect', () => process.exit());

process.on('message', async ({ id, work }: ModelRequest) => {
  const texts = work?.embed ?? work?.embedParts ?? [work?.load];
  if (texts.includes('hang')) for (;;);
  if (texts.includes('crash')) process.kill(process.pid, 'SIGKILL');
  if (texts.includes('slow')) await Bun.sleep(300);
  if (work)
    process.send?.(texts.includes('fail') ? { id, failure: 'no such token' } : pids(id, texts));
});

/** A process's id is below 2 ** 22: a float32 holds it exactly. */
function pids(id: number, texts: unknown[]): ModelResponse {
  const vectors = texts.map(() => Float32Array.of(process.pid));
  return { id, vectors, parts: vectors.map((vector) => [{ vector }]) };
}
