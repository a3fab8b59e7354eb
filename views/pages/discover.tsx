import { DISCOVER_DEFAULTS, DiscoverForm } from '../forms/discover_form.tsx';
import { chosenSource } from '../forms/source_field.tsx';
import { withDefaults } from '../forms/start_form.tsx';
import { Page } from '../layouts/page.tsx';
import type { Frame, StartModel } from '../view_models.ts';
import { StartLayout } from './start_layout.tsx';

export function DiscoverPage({ frame, model }: { frame: Frame; model: StartModel }): JSX.Element {
  const sources = model.sources.filter(({ canDiscover }) => canDiscover);
  const form = withDefaults(model.form, DISCOVER_DEFAULTS);
  return (
    <Page title="Discover" current="/discover" frame={frame}>
      <StartLayout
        type="discover"
        title="Discover profiles"
        values={form.values}
        source={chosenSource(form, sources)}
        runs={model.runs}
        now={frame.now}
        form={<DiscoverForm form={form} sources={sources} />}
      />
    </Page>
  );
}
