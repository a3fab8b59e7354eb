import { ArchiveSection } from '../forms/archive_section.tsx';
import { SCRAPE_DEFAULTS, ScrapeForm } from '../forms/scrape_form.tsx';
import { chosenSource } from '../forms/source_field.tsx';
import { withDefaults } from '../forms/start_form.tsx';
import { Page } from '../layouts/page.tsx';
import type { Frame, StartModel } from '../view_models.ts';
import { StartLayout } from './start_layout.tsx';

export function ScrapePage({ frame, model }: { frame: Frame; model: StartModel }): JSX.Element {
  const { sources, imports, runs } = model;
  const form = withDefaults(model.form, SCRAPE_DEFAULTS);
  return (
    <Page title="Scrape" current="/scrape" frame={frame}>
      <StartLayout
        type="scrape"
        title="Scrape a user’s posts"
        values={form.values}
        source={chosenSource(form, sources)}
        runs={runs}
        now={frame.now}
        form={<ScrapeForm form={form} sources={sources} imports={imports} />}
      />
      <ArchiveSection imports={imports} now={frame.now} />
    </Page>
  );
}
