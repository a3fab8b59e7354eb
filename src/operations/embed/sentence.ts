import { count, counted } from '../../text/format.ts';
import { howMany, trimmed, type Values } from '../sentences.ts';

/** `values.posts` is the number of posts, `values.waiting` of those without a vector. */
export default function sentence(values: Values): string {
  const waiting = Number(values.waiting ?? Number.NaN);
  if (values.posts === '0') return 'There are no posts to embed yet.';
  if (waiting === 0) return 'Every post has a vector. There is nothing to embed.';
  const posts = Number.isFinite(waiting)
    ? `${counted(waiting, 'post')} without a vector`
    : 'every post without a vector';
  const batch = howMany(values.batchSize);
  const model = trimmed(values.model);
  return `Embeds ${posts}${model && ` with ${model}`}${batch ? `, ${count(batch)} at a time` : ''}.`;
}
