import type { MethodState } from '../../src/sources/source_state.ts';
import type { ErrorModel } from '../../src/text/error_text.ts';
import { money } from '../../src/text/format.ts';
import { urlTo } from '../../src/text/urls.ts';
import { ErrorResult } from '../forms/error_result.tsx';
import { attributeText } from '../forms/field.tsx';
import { PostForm } from '../forms/post_form.tsx';

/** What was sent without a script, and why nothing was stored. */
export interface RefusedForm {
  source: string;
  values: Record<string, unknown>;
  model: ErrorModel;
}

interface ConnectFormProps {
  source: string;
  method: MethodState;
  /** The method in use, whose credentials these would replace. */
  current?: string;
  refused?: RefusedForm;
}

/** Folded, because a source may have several and most visits need none. */
export function ConnectForm({ source, method, current, refused }: ConnectFormProps): JSX.Element {
  const { name, help, paid, fields } = method;
  return (
    <details class="connect" open={refused !== undefined} data-changes="remove">
      <summary safe>{titleOf(method, current)}</summary>
      <PostForm
        action={urlTo(`/api/sources/${source}/credentials`)}
        target="find .form-result"
        class="connect-form"
      >
        <p class="field-help" safe>
          {help}
        </p>
        {paid !== undefined && (
          <p class="field-help" safe>
            {`Costs ${money(paid.costPerPost, paid.currency)} a post. Nothing is read before you set a budget.`}
          </p>
        )}
        <input type="hidden" name="method" value={attributeText(name)} />
        {fields.map((field) => (
          <CredentialInput
            id={`${source}-${name}-${field.name}`}
            field={field}
            value={refused?.values[field.name]}
            problem={refused?.model.details[field.name]}
          />
        ))}
        <div class="form-actions">
          <button type="submit" class="primary">
            Store and test
          </button>
        </div>
        <div class="form-result">
          {refused ? <ErrorResult model={besides(refused, fields)} /> : ''}
        </div>
      </PostForm>
    </details>
  );
}

/** Without the problems that stand at their fields. */
function besides({ model }: RefusedForm, fields: MethodState['fields']): ErrorModel {
  const isShown = (name: string) => fields.some((field) => field.name === name);
  const rest = Object.entries(model.details).filter(([name]) => !isShown(name));
  return { ...model, details: Object.fromEntries(rest) };
}

function describedBy(id: string, help: string | undefined, problem: string | undefined) {
  const parts = [help !== undefined && `${id}-help`, problem !== undefined && `${id}-error`];
  return parts.filter(Boolean).join(' ') || undefined;
}

function titleOf({ name, label }: MethodState, current: string | undefined): string {
  if (current === undefined) return `Connect · ${label}`;
  if (current === name) return `Replace · ${label}`;
  return `Use instead · ${label}`;
}

interface InputProps {
  /** Unique in the page, which has several forms. */
  id: string;
  field: MethodState['fields'][number];
  /** As it was sent; a secret is never sent back. */
  value: unknown;
  problem: string | undefined;
}

/** Never filled in with what is stored, which is not shown. */
function CredentialInput({ id, field, value, problem }: InputProps): JSX.Element {
  const { name, label, help, secret, default: fallback } = field;
  const identity = attributeText(id);
  return (
    <div class="field">
      <label for={identity} safe>
        {label}
      </label>
      <input
        type={secret ? 'password' : 'text'}
        id={identity}
        name={attributeText(name)}
        value={secret || typeof value !== 'string' ? undefined : attributeText(value)}
        aria-invalid={problem === undefined ? undefined : 'true'}
        aria-describedby={describedBy(identity, help, problem)}
        required={fallback === undefined}
        placeholder={fallback === undefined ? undefined : attributeText(fallback)}
        // A password manager would offer the password of this server.
        autocomplete={secret ? 'new-password' : 'off'}
        autocapitalize="none"
        spellcheck="false"
      />
      {help !== undefined && (
        <p class="field-help" id={`${identity}-help`} safe>
          {help}
        </p>
      )}
      <p class="field-error" id={`${identity}-error`} safe>
        {problem ?? ''}
      </p>
    </div>
  );
}
