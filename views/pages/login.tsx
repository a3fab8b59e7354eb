import { urlTo } from '../../src/text/urls.ts';
import { attributeText, PasswordField } from '../forms/field.tsx';
import { BarePage } from '../layouts/bare_page.tsx';
import type { FormState, Layout } from '../view_models.ts';

interface LoginModel {
  form: FormState;
  /** The path to redirect to after signing in. */
  next: string;
}

/** Asks for the token. Reveals nothing about the data. */
export function LoginPage(props: { theme: Layout['theme']; model: LoginModel }): JSX.Element {
  const { form, next } = props.model;
  return (
    <BarePage title="Sign in" theme={props.theme}>
      <section class="login">
        <h1>Sign in</h1>
        <form class="panel" method="post" action={urlTo('/login')}>
          <input type="hidden" name="next" value={attributeText(next)} />
          <PasswordField
            name="token"
            label="Token"
            help="The value of XGPT_TOKEN that the server was started with, or of XGPT_READ_TOKEN to read only."
            form={form}
          />
          <div class="form-actions">
            <button type="submit" class="primary">
              Sign in
            </button>
          </div>
        </form>
      </section>
    </BarePage>
  );
}
