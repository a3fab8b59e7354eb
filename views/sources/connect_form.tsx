import type { MethodState } from '../../src/sources/source_state.ts';
import { money } from '../../src/text/format.ts';
import { urlTo } from '../../src/text/urls.ts';
import { attributeText } from '../forms/field.tsx';
import { PostForm } from '../forms/post_form.tsx';

interface ConnectFormProps {
  source: string;
  method: MethodState;
  /** Whether credentials are stored that these would replace. */
  replaces: boolean;
}

/** Folded, because a source may have several and most visits need none. */
export function ConnectForm({ source, method, replaces }: ConnectFormProps): JSX.Element {
  const { name, label, help, paid, fields } = method;
  return (
    <details class="connect">
      <summary safe>{`${replaces ? 'Replace' : 'Connect'} · ${label}`}</summary>
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
          <CredentialInput id={`${source}-${name}-${field.name}`} field={field} />
        ))}
        <div class="form-actions">
          <button type="submit" class="primary">
            Store and test
          </button>
        </div>
        <div class="form-result" />
      </PostForm>
    </details>
  );
}

interface InputProps {
  /** Unique in the page, which has several forms. */
  id: string;
  field: MethodState['fields'][number];
}

/** Never filled in: what is stored is not shown. */
function CredentialInput({ id, field }: InputProps): JSX.Element {
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
        aria-describedby={help === undefined ? undefined : `${identity}-help`}
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
      <p class="field-error" id={`${identity}-error`} />
    </div>
  );
}
