import type { ErrorModel } from '../../src/text/error_text.ts';
import { urlTo } from '../../src/text/urls.ts';
import { TextFacts } from '../facts.tsx';
import { BarePage } from '../layouts/bare_page.tsx';
import { Page } from '../layouts/page.tsx';
import type { Layout } from '../view_models.ts';

/** An error as a page: what happened, what was kept, what to do. */
export function ErrorPage({ layout, model }: { layout: Layout; model: ErrorModel }): JSX.Element {
  return (
    <Page title={titleOf(model)} current="" layout={layout}>
      <section class="error-page">
        <ErrorDetails model={model} />
        <p class="error-links">
          <a class="button" href={urlTo('/')}>
            Dashboard
          </a>
          <a class="button" href={urlTo('/jobs')}>
            Jobs
          </a>
        </p>
      </section>
    </Page>
  );
}

interface BareErrorProps {
  theme: Layout['theme'];
  model: ErrorModel;
}

/** The same for clients without access. */
export function BareErrorPage({ theme, model }: BareErrorProps): JSX.Element {
  return (
    <BarePage title={titleOf(model)} theme={theme}>
      <section class="error-page">
        <ErrorDetails model={model} />
      </section>
    </BarePage>
  );
}

const titleOf = ({ title }: ErrorModel) => title.replace(/\.$/, '');

function ErrorDetails({ model }: { model: ErrorModel }): JSX.Element {
  return (
    <>
      <p class="error-status" safe>
        {`Error ${model.status}`}
      </p>
      <h1 safe>{model.title}</h1>
      <p safe>{model.message}</p>
      <TextFacts facts={Object.entries(model.details)} />
    </>
  );
}
