import { SEARCH_DEFAULTS, SearchForm } from '../forms/search_form.tsx';
import { chosenSource } from '../forms/source_field.tsx';
import { withDefaults } from '../forms/start_form.tsx';
import { Page } from '../layouts/page.tsx';
import type { Frame, StartModel } from '../view_models.ts';
import { StartLayout } from './start_layout.tsx';

export function SearchPage({ frame, model }: { frame: Frame; model: StartModel }): JSX.Element {
  const sources = model.sources.filter(({ canSearch }) => canSearch);
  const form = withDefaults(model.form, SEARCH_DEFAULTS);
  return (
    <Page title="Search" current="/search" frame={frame}>
      <StartLayout
        type="search"
        title="Search posts on a topic"
        values={form.values}
        source={chosenSource(form, sources)}
        runs={model.runs}
        now={frame.now}
        form={<SearchForm form={form} sources={sources} />}
      />
    </Page>
  );
}
