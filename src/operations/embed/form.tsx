import { TextFacts } from '../../../views/facts.tsx';
import { defineForm } from '../../../views/forms/operation_form.ts';
import { LivePart } from '../../../views/live_part.tsx';
import type { FormParts } from '../../../views/view_models.ts';
import { bytes, count } from '../../text/format.ts';
import { urlTo } from '../../text/urls.ts';

export default defineForm({
  async parts({ deps: { library, embedder }, isBusy }) {
    const { model, dimensions, fetchBytes } = embedder;
    return embedParts({
      models: [{ name: model, dimensions, ready: await embedder.isReady(), fetchBytes }],
      postsWithoutVector: library.countWithoutVector(model),
      ...library.counts(),
      isBusy,
    });
  },
});

interface VectorCounts {
  models: { name: string; dimensions: number; ready: boolean; fetchBytes: number }[];
  posts: number;
  postsWithoutVector: number;
  vectors: number;
  /** Whether jobs run, so that the counts move. */
  isBusy: boolean;
}

export function embedParts(counts: VectorCounts): FormParts {
  return {
    values: { posts: String(counts.posts), waiting: String(counts.postsWithoutVector) },
    aside: <VectorFacts counts={counts} />,
  };
}

function VectorFacts({ counts }: { counts: VectorCounts }): JSX.Element {
  const models = counts.models.map((each): [label: string, text: string] => [
    each.name,
    `${count(each.dimensions)} dimensions, ${readiness(each)}`,
  ]);
  return (
    <LivePart id="vector-facts" href={urlTo('/embed')} also="start-sentence" busy={counts.isBusy}>
      <TextFacts
        facts={[
          ['Posts without a vector', count(counts.postsWithoutVector)],
          ['Vectors', count(counts.vectors)],
          ...models,
        ]}
      />
    </LivePart>
  );
}

function readiness({ ready, fetchBytes }: VectorCounts['models'][number]): string {
  return ready ? 'ready' : `downloads ${bytes(fetchBytes)} on first use`;
}
