import type { Job } from '../../src/jobs/job.ts';
import { hasOwnSentence, sentence, wordsOf } from '../../src/operations/words.ts';
import { urlTo } from '../../src/text/urls.ts';
import { attributeText } from '../forms/field.tsx';
import { chosenSource } from '../forms/sources.ts';
import { StartForm } from '../forms/start_form.tsx';
import { RunList } from '../jobs/run_list.tsx';
import { collectPath } from '../layouts/navigation.tsx';
import { Page } from '../layouts/page.tsx';
import { LivePart } from '../live_part.tsx';
import type { Layout, StartModel } from '../view_models.ts';

/** The page of a job type: its form, what it would do, and its recent runs. */
export function StartPage({ layout, model }: { layout: Layout; model: StartModel }): JSX.Element {
  const { type, form, parts, runs } = model;
  const { name, heading } = wordsOf(type);
  return (
    <Page
      title={name}
      current={collectPath(type, form.values)}
      layout={layout}
      hasForm
      hasSchedules
    >
      <section class="start" data-form={type}>
        <h1 safe>{parts.first?.heading ?? heading}</h1>
        {parts.first?.content as 'safe'}
        <FormPanel model={model} />
        <div class="start-side">
          {!parts.first && <Sentence model={model} />}
          {parts.aside as 'safe'}
          <h2>Recent runs</h2>
          <LivePart
            id="runs"
            href={urlTo(`/${type}`)}
            busy={runs.some(isUnderWay)}
            also={parts.live}
          >
            <RunList runs={runs} waitOf={model.waitOf} fields={model.fields} now={layout.now} />
          </LivePart>
          <div id="run-again-result" class="form-result" />
        </div>
      </section>
      {parts.below as 'safe'}
    </Page>
  );
}

/** Where something else comes first, the form is folded, with what it would do. */
function FormPanel({ model }: { model: StartModel }): JSX.Element {
  const { first } = model.parts;
  if (!first) {
    return (
      <div class="panel" data-changes="explain">
        <StartForm model={model} />
      </div>
    );
  }
  return (
    <details class="panel start-rest" data-changes="explain">
      <summary safe>{first.rest}</summary>
      <StartForm model={model} />
      <Sentence model={model} />
    </details>
  );
}

/**
 * What the form would start, or what is wrong with the input. The browser's script renders it again with
 * every key, out of the same values and rules; where it cannot, it asks for the page with these values.
 */
function Sentence({ model }: { model: StartModel }): JSX.Element {
  const { type, form, sources, parts, problem } = model;
  const added = Object.entries(parts.values ?? {});
  const data = Object.fromEntries(added.map(([name, value]) => [`data-${name}`, value]));
  const follows = hasOwnSentence(type) ? { 'data-sentence': type } : asksFor(type);
  const words =
    model.sentence ??
    sentence(type, { ...form.values, ...parts.values }, chosenSource(form, sources));
  return (
    <output
      id="start-sentence"
      class="start-sentence"
      data-changes="remove"
      {...follows}
      data-problem={String(problem !== undefined)}
      hidden={problem === undefined && words === ''}
      {...data}
      safe
    >
      {problem ?? words}
    </output>
  );
}

function asksFor(type: string) {
  return {
    'hx-get': attributeText(urlTo(`/${type}`)),
    'hx-include': '.start-form',
    'hx-trigger': 'input from:closest [data-form] delay:200ms',
    'hx-select': '#start-sentence',
    'hx-target': 'this',
    'hx-swap': 'outerHTML',
    'hx-sync': 'this:replace',
  };
}

function isUnderWay(job: Job): boolean {
  return job.completedAt === undefined;
}
