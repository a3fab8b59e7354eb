import { bytes, count } from '../../src/text/format.ts';
import { EMBED_DEFAULTS, EmbedForm } from '../forms/embed_form.tsx';
import { withDefaults } from '../forms/start_form.tsx';
import { Page } from '../layouts/page.tsx';
import { LivePart } from '../live_part.tsx';
import type { EmbedModel, Frame } from '../view_models.ts';
import { StartLayout } from './start_layout.tsx';

export function EmbedPage({ frame, model }: { frame: Frame; model: EmbedModel }): JSX.Element {
  const form = withDefaults(model.form, { ...EMBED_DEFAULTS, model: model.models[0]?.name ?? '' });
  return (
    <Page title="Embed" current="/embed" frame={frame}>
      <StartLayout
        type="embed"
        title="Embed posts, to find them by meaning"
        values={{ ...form.values, waiting: String(model.postsWithoutVector) }}
        runs={model.runs}
        now={frame.now}
        form={<EmbedForm form={form} models={model.models} />}
        aside={<VectorFacts model={model} />}
      />
    </Page>
  );
}

function VectorFacts({ model }: { model: EmbedModel }): JSX.Element {
  return (
    <LivePart id="vector-facts" href="/embed" also="start-sentence">
      <dl class="facts">
        <dt>Posts without a vector</dt>
        <dd safe>{count(model.postsWithoutVector)}</dd>
        <dt>Vectors held</dt>
        <dd safe>{count(model.vectors)}</dd>
        {model.models.map((each) => (
          <>
            <dt safe>{each.name}</dt>
            <dd safe>{`${count(each.dimensions)} dimensions, ${readiness(each)}`}</dd>
          </>
        ))}
      </dl>
    </LivePart>
  );
}

function readiness({ ready, fetchBytes }: EmbedModel['models'][number]): string {
  return ready ? 'here and ready' : `${bytes(fetchBytes)} to fetch the first time`;
}
