/**
 * Stands in for the program that the model runs in. A vector of it is the process's id; some texts
 * make it misbehave as a model can.
 */
import type { ModelRequest, ModelResponse } from '../../src/embedding/local/model_messages.ts';

process.on('disconnect', () => process.exit());

process.on('message', async ({ id, work }: ModelRequest) => {
  if (!work) return;
  const texts: string[] = work.embed ?? work.embedParts ?? work.read ?? [work.load];
  if (texts.includes('hang')) for (;;);
  if (texts.some(isDeadly)) process.kill(process.pid, 'SIGKILL');
  if (texts.some((text) => /^work|^crash unless/.test(text))) Bun.sleepSync(1);
  if (texts.includes('slow')) await Bun.sleep(300);
  process.send?.(texts.includes('fail') ? { id, failure: 'no such token' } : pids(id, texts));
});

/** "crash" is deadly, "crash unless 7" to all but the process with that id. */
function isDeadly(text: string): boolean {
  const [verb, unless = 'nobody'] = text.split(' unless ');
  return verb === 'crash' && unless !== String(process.pid);
}

/** A process's id is below 2 ** 22: a float32 holds it exactly. */
function pids(id: number, texts: unknown[]): ModelResponse {
  const vectors = texts.map(() => Float32Array.of(process.pid));
  return { id, vectors, parts: vectors.map((vector) => [{ vector }]) };
}
