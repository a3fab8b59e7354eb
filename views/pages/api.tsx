import { urlTo } from '../../src/text/urls.ts';
import { attributeText } from '../forms/field.tsx';
import { Page } from '../layouts/page.tsx';
import type { ApiAnswer, ApiField, ApiModel, ApiOperation, Layout } from '../view_models.ts';

/** The API reference: the requests and responses of every endpoint, with an example. */
export function ApiPage({ layout, model }: { layout: Layout; model: ApiModel }): JSX.Element {
  return (
    <Page title="API" current="/docs/api" layout={layout}>
      <h1>API</h1>
      <p class="total">
        Also available as <a href={urlTo('/openapi.json')}>an OpenAPI document</a>. Request bodies
        are JSON or forms. Responses are HTML by default; set the Accept header for JSON or plain
        text.
      </p>
      {model.hasToken && (
        <p class="total">
          Every endpoint except <code>/healthz</code> requires the token. Set{' '}
          <code>XGPT_TOKEN</code> in your shell to run the examples as they are.
        </p>
      )}
      {model.sections.map(({ name, description, operations }) => (
        <section class="api-section panel" aria-labelledby={attributeText(`api-${name}`)}>
          <h2 id={attributeText(`api-${name}`)} safe>
            {name}
          </h2>
          <p class="muted" safe>
            {description}
          </p>
          {operations.map((operation) => (
            <Operation operation={operation} />
          ))}
        </section>
      ))}
      <section class="api-section panel" aria-labelledby="api-schemas">
        <h2 id="api-schemas">Schemas</h2>
        {model.schemas.map(({ name, fields }) => (
          <details class="api-operation">
            <summary safe>{name}</summary>
            {/* A link to this id opens the details. */}
            <div class="api-details" id={attributeText(`schema-${name}`)}>
              <Fields title="Fields" fields={fields} />
            </div>
          </details>
        ))}
      </section>
    </Page>
  );
}

function Operation({ operation }: { operation: ApiOperation }): JSX.Element {
  const { id, method, path, summary, description, headers, parameters, fields, answers } =
    operation;
  return (
    <details class="api-operation">
      <summary>
        <code class="api-address" safe>
          {`${method} ${path}`}
        </code>{' '}
        <Prose text={summary} />
      </summary>
      <div class="api-details" id={attributeText(id)}>
        {description !== '' && (
          <p>
            <Prose text={description} />
          </p>
        )}
        <Fields title="Headers" fields={headers} />
        <Fields title="Parameters" fields={parameters} />
        <Fields title="Body" fields={fields} />
        <h3>Responses</h3>
        <dl class="facts">
          {answers.map((answer) => (
            <Answer answer={answer} />
          ))}
        </dl>
        <h3>Example</h3>
        <pre safe>{operation.command}</pre>
      </div>
    </details>
  );
}

/** Text in which backticks mark code, as in the document. */
function Prose({ text }: { text: string }): JSX.Element {
  return (
    <>
      {text
        .split('`')
        .map((part, index) => (index % 2 ? <code safe>{part}</code> : <span safe>{part}</span>))}
    </>
  );
}

function Fields({ title, fields }: { title: string; fields: ApiField[] }): JSX.Element {
  if (fields.length === 0) return '';
  return (
    <>
      <h3 safe>{title}</h3>
      <dl class="facts">
        {fields.map(({ name, required, rule, description }) => (
          <>
            <dt>
              <code safe>{name}</code>
            </dt>
            <dd>
              <span safe>{required ? `${rule}, required` : rule}</span>
              {description !== '' && (
                <span class="muted">
                  {' · '}
                  <Prose text={description} />
                </span>
              )}
            </dd>
          </>
        ))}
      </dl>
    </>
  );
}

function Answer({ answer: { status, description, schemas } }: { answer: ApiAnswer }): JSX.Element {
  return (
    <>
      <dt safe>{status === 'default' ? 'other' : status}</dt>
      <dd>
        <Prose text={description} />
        {schemas.map((schema) => (
          <>
            {' '}
            <a href={attributeText(`#schema-${schema}`)} safe>
              {schema}
            </a>
          </>
        ))}
      </dd>
    </>
  );
}
