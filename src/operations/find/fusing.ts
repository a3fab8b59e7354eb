import { z } from 'zod';
import type { TextPart } from '../../find/index.ts';
import type { NearKey } from '../../library/finding.ts';
import type { Why } from './found.ts';

/** A post that was found, before it is read. */
export interface Hit {
  key: number;
  why: Why;
  similarity?: number;
  /** The part of its text that is nearest in meaning. */
  part?: TextPart;
}

/** How many posts a find ranks by words; the others are counted. */
export const MAX_BY_WORDS = 1_000;
/** How many posts a find by meaning answers with: what comes later has little to do with the query. */
export const MAX_BY_MEANING = 100;

/** Of reciprocal rank fusion: Cormack, Clarke and Büttcher, SIGIR 2009. */
const RANK_CONSTANT = 60;

/** The position in a list of ranks. */
export const offsetSchema = () => z.tuple([z.literal('rank'), z.int().min(0).max(10_000)]);

/**
 * One list of two, by reciprocal rank fusion: each post scores 1 / (60 + its rank) in each list that has
 * it.
 */
export function fuse(words: Hit[], near: NearKey[]): Hit[] {
  const fused = new Map<number, Hit & { score: number }>();
  for (const [rank, hit] of words.entries()) fused.set(hit.key, { ...hit, score: scoreOf(rank) });
  for (const [rank, { key, similarity, part }] of near.entries()) {
    const { score = 0, why } = fused.get(key) ?? {};
    fused.set(key, {
      key,
      why: { ...why, meaning: true },
      similarity,
      ...(part && { part }),
      score: score + scoreOf(rank),
    });
  }
  // Equal scores: by words first, which is the order of the map.
  return [...fused.values()].sort((a, b) => b.score - a.score).map(({ score: _, ...hit }) => hit);
}

function scoreOf(rank: number): number {
  return 1 / (RANK_CONSTANT + rank + 1);
}
