import type { WordMatch } from '../../find/query.ts';
import type { NearKey, PostVector } from '../../library/finding.ts';
import type { OperationDeps } from '../deps.ts';
import { type Coverage, coverageOf, type TypedWords } from './coverage.ts';
import { type Hit, MAX_BY_MEANING } from './hits.ts';

/** What the words count beside the meaning. These three were chosen with `bench/find_quality.ts`. */
const WORDS_SHARE = 0.4;
/** How many of the first posts show what is meant. */
const SEEDS = 2;
/** What those count beside the query. */
const SEEDS_SHARE = 0.7;

/** So many of the posts with all words are compared with what is meant; the others come in their order. */
const MAX_COMPARED = 200;
/** How much of what was typed a post must have to be found by that alone. */
const LEAST_COVERAGE = 0.5;

interface BestDeps extends Pick<OperationDeps, 'library'> {
  model: string;
  /** The nearest posts that the filters allow. */
  nearest(vector: Float32Array): NearKey[];
  isAllowed(key: number): boolean;
}

interface Candidate {
  key: number;
  covered: number;
  vectors: PostVector[];
}

/**
 * The best posts by words and meaning together. A post scores by how much of what was typed it has,
 * squared, so that all of the words count far more than half of them; and by how near it is in meaning. The
 * first posts then show what is meant (pseudo-relevance feedback, Rocchio 1971): the mean of their vectors
 * moves the query towards them, and nearness is measured again.
 * @param ranked the posts with all words, best first.
 */
export function bestHits(
  deps: BestDeps,
  typed: TypedWords,
  vector: Float32Array,
  ranked: number[],
): Hit[] {
  const { words } = typed;
  const coverage = coverageOf(deps.library.words, typed);
  const near = new Set(deps.nearest(vector).map(({ key }) => key));
  const candidates = createCandidates(deps, coverage);
  candidates.add([...ranked.slice(0, MAX_COMPARED), ...near]);
  candidates.add(coverage.best(MAX_BY_MEANING, deps.isAllowed));

  const meant = movedTo(vector, seedsOf(candidates.all(), vector));
  for (const { key } of deps.nearest(unit(meant))) near.add(key);
  candidates.add([...near]);
  const keys = candidates.all().map(({ key }) => key);
  const withAll = new Set([...ranked, ...deps.library.words.matchesAmong(words, keys)]);

  const hits = candidates
    .all()
    .filter(({ key, covered }) => near.has(key) || withAll.has(key) || covered >= LEAST_COVERAGE)
    .map((candidate) => {
      const { best, score } = scored(candidate, meant);
      const { key } = candidate;
      return { hit: hitOf({ key, best, vector, words, coverage, withAll, near }), score };
    });
  // Equal scores: those with all words in the order of bm25, which is the order of the candidates.
  const first = hits.sort((a, b) => b.score - a.score).map(({ hit }) => hit);
  const rest = ranked.slice(MAX_COMPARED).filter((key) => !candidates.has(key));
  return [...first, ...rest.map((key) => ({ key, why: { words: true as const }, marked: words }))];
}

function createCandidates({ library, model }: BestDeps, coverage: Coverage) {
  const byKey = new Map<number, Candidate>();
  return {
    has: (key: number) => byKey.has(key),
    all: () => [...byKey.values()],
    add(keys: number[]): void {
      const added = [...new Set(keys)].filter((key) => !byKey.has(key));
      for (const [key, covered] of coverage.of(added))
        byKey.set(key, { key, covered, vectors: [] });
      for (const vector of library.meaning.vectorsOf(model, added))
        byKey.get(vector.key)?.vectors.push(vector);
    },
  };
}

/** The part of a post that is nearest, and how good the post is; `vector` need not have the length 1. */
function scored({ covered, vectors }: Candidate, vector: Float32Array) {
  let best: PostVector | undefined;
  let nearness = 0;
  for (const one of vectors) {
    const product = dot(one.vector, vector);
    if (best && product <= nearness) continue;
    best = one;
    nearness = product;
  }
  const score = WORDS_SHARE * covered ** 2 + (1 - WORDS_SHARE) * nearness;
  return { score, ...(best && { best }) };
}

function seedsOf(candidates: Candidate[], vector: Float32Array): Float32Array[] {
  return candidates
    .map((candidate) => scored(candidate, vector))
    .sort((a, b) => b.score - a.score)
    .slice(0, SEEDS)
    .flatMap(({ best }) => best?.vector ?? []);
}

function movedTo(vector: Float32Array, seeds: Float32Array[]): Float32Array {
  if (seeds.length === 0) return vector;
  return vector.map((number, at) => {
    const mean = seeds.reduce((sum, seed) => sum + (seed[at] as number), 0) / seeds.length;
    return (1 - SEEDS_SHARE) * number + SEEDS_SHARE * mean;
  });
}

interface Reasons {
  key: number;
  best?: PostVector;
  vector: Float32Array;
  words: WordMatch;
  coverage: Coverage;
  withAll: Set<number>;
  near: Set<number>;
}

function hitOf({ key, best, vector, words, coverage, withAll, near }: Reasons): Hit {
  const had = coverage.had(key);
  const hasAll = withAll.has(key);
  const byWords = hasAll ? { words: true as const } : { someWords: true as const };
  return {
    key,
    why: {
      ...((hasAll || had.length > 0) && byWords),
      ...(near.has(key) && { meaning: true as const }),
    },
    ...(best && { similarity: dot(best.vector, vector) }),
    ...(best?.part && { part: best.part }),
    marked: hasAll ? words : { any: had },
  };
}

function dot(one: Float32Array, other: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < one.length; i++) sum += (one[i] as number) * (other[i] as number);
  return sum;
}

function unit(vector: Float32Array): Float32Array {
  const length = Math.sqrt(dot(vector, vector));
  return length > 0 ? vector.map((number) => number / length) : vector;
}
