import type { OperationDeps } from './deps.ts';

/** What is told to do about posts that have no vectors; while an embed job runs or waits, there is nothing to do. */
export async function embeddingAdvice(
  { isEmbedding }: Pick<OperationDeps, 'isEmbedding'>,
  advice: string,
): Promise<string> {
  return (await isEmbedding?.()) ? 'An embed job is under way.' : advice;
}
