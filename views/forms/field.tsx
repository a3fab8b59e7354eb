import type { Children } from '@kitajs/html';
import type { FormState } from '../view_models.ts';

interface FieldProps {
  /** Also its id: a page has one form with fields. */
  name: string;
  label: string;
  help?: string;
  /** What the sentence beside the form says of a value that the browser finds invalid. */
  invalid?: string;
  /** A rule that the browser's script checks. */
  rule?: string;
  form: FormState;
}

interface InputProps extends FieldProps {
  required?: boolean;
  maxlength?: number;
  pattern?: string;
  placeholder?: string;
  /** Nothing a browser should remember for the next visit. */
  autocomplete?: string;
}

export function TextField(props: InputProps): JSX.Element {
  const { required, maxlength, pattern, placeholder, autocomplete = 'off' } = props;
  return (
    <Field {...props}>
      <input
        type="text"
        {...control(props)}
        value={attributeText(props.form.values[props.name] ?? '')}
        {...{ required, maxlength, pattern, placeholder, autocomplete }}
        autocapitalize="none"
        spellcheck="false"
      />
    </Field>
  );
}

/** A time of day, `03:00`. */
export function TimeField(props: FieldProps): JSX.Element {
  return (
    <Field {...props}>
      <input
        type="time"
        {...control(props)}
        value={attributeText(props.form.values[props.name] ?? '')}
      />
    </Field>
  );
}

/** For a secret: it is neither shown nor sent back. */
export function PasswordField(props: FieldProps): JSX.Element {
  return (
    <Field {...props}>
      <input
        type="password"
        {...control(props)}
        required
        autofocus
        autocomplete="current-password"
      />
    </Field>
  );
}

interface NumberRule {
  min?: number;
  max?: number;
  /** It need not be whole. */
  decimal?: boolean;
  /** It must be a multiple of it. */
  step?: number;
  /** `all` may be typed, too. */
  orAll?: boolean;
}

interface NumberProps extends FieldProps, NumberRule {
  required?: boolean;
  /** What it begins with, and what it begins with for single sources. */
  initial?: string | number | boolean;
  initialBySource?: Record<string, string>;
}

export function NumberField(props: NumberProps): JSX.Element {
  const { required, form, name, initial, initialBySource } = props;
  return (
    <Field {...props}>
      <input
        {...ruleOfNumber(props)}
        {...(isOffStep(props) && { step: 'any' })}
        {...control(props)}
        value={attributeText(form.values[name] ?? '')}
        required={required}
        data-initial={initialBySource && attributeText(String(initial ?? ''))}
        data-initial-by-source={initialBySource && attributeText(JSON.stringify(initialBySource))}
      />
    </Field>
  );
}

/** A browser's field for numbers takes no word, so one that does is a field for text. */
export function ruleOfNumber(rule: NumberRule): JSX.HtmlInputTag {
  const { max, decimal, orAll } = rule;
  if (orAll) {
    const pattern = `\\s*(${upTo(max)}|[aA][lL][lL])\\s*`;
    return {
      type: 'text',
      inputmode: 'numeric',
      pattern,
      autocomplete: 'off',
      spellcheck: 'false',
    };
  }
  return {
    type: 'number',
    inputmode: decimal ? 'decimal' : 'numeric',
    ...stepOf(rule),
    max,
  };
}

/**
 * A browser counts the steps from the minimum, and without one from the value that the page came with,
 * which need not be a multiple.
 */
function stepOf({ min, decimal, step }: NumberRule): JSX.HtmlInputTag {
  if (step === undefined) return { step: decimal ? 'any' : '1', min };
  if (min === undefined) return { step: 'any', min };
  const multiple = Math.ceil(min / step - ROUNDING) * step;
  return { step: String(step), min: Number(multiple.toPrecision(15)) };
}

/** How far off a quotient of decimal fractions may be. */
const ROUNDING = 1e-9;

/** Whether the steps would be counted from a fraction, so that a browser refuses every whole number. */
function isOffStep({ min, decimal, orAll, form, name }: NumberProps): boolean {
  if (min !== undefined || decimal || orAll) return false;
  return !Number.isInteger(Number(form.values[name] ?? ''));
}

/** 1 to a power of ten, as a pattern. Of another maximum only the server checks the last digits. */
function upTo(max = 0): string {
  const zeros = String(max).length - 1;
  return max === 10 ** zeros ? `0*([1-9]\\d{0,${zeros - 1}}|${max})` : '\\d+';
}

/** A time in UTC, or in the reader's zone with JavaScript: the field itself has no time zone. */
export function MomentField(props: FieldProps): JSX.Element {
  const value = props.form.values[props.name] ?? '';
  return (
    <Field {...props} hasZone>
      <input
        type="datetime-local"
        data-moment="utc"
        {...control(props)}
        value={attributeText(value.replace(/(:\d\d)(\.\d+)?Z$/, '$1'))}
        autocomplete="off"
      />
    </Field>
  );
}

/** `children` are its `<option>`s. */
export function SelectField(props: FieldProps & { children: Children }): JSX.Element {
  return (
    <Field {...props}>
      <select {...control(props)}>{props.children}</select>
    </Field>
  );
}

/**
 * A checkbox sends nothing when it is off, which the server could not tell from "not asked"; the
 * hidden input before it says so.
 */
export function CheckboxField(props: FieldProps): JSX.Element {
  const { name, label, help, form } = props;
  return (
    <div class="field checkbox">
      <input type="hidden" name={name} value="false" />
      <label for={name}>
        <input
          type="checkbox"
          {...control(props)}
          value="true"
          checked={form.values[name] === 'true'}
        />{' '}
        <span safe>{label}</span>
      </label>
      <Help name={name} help={help} />
      <FieldError name={name} form={form} />
    </div>
  );
}

interface FrameProps extends FieldProps {
  /** The label ends with the zone of its time. */
  hasZone?: boolean;
  children?: Children;
}

function Field({ name, label, help, form, hasZone = false, children }: FrameProps) {
  return (
    <div class="field">
      <FieldLabel name={name} label={label} hasZone={hasZone} />
      {children}
      <Help name={name} help={help} />
      <FieldError name={name} form={form} />
    </div>
  );
}

interface LabelProps {
  name: string;
  label: string;
  /** It ends with the zone of the field's time, which the browser's script names. */
  hasZone: boolean;
}

export function FieldLabel({ name, label, hasZone }: LabelProps): JSX.Element {
  if (!hasZone) {
    return (
      <label for={name} safe>
        {label}
      </label>
    );
  }
  return (
    <label for={name}>
      <span safe>{label}</span> (<span data-zone>UTC</span>)
    </label>
  );
}

function Help({ name, help }: { name: string; help: string | undefined }): JSX.Element {
  if (help === undefined) return '';
  return (
    <p class="field-help" id={`${name}-help`} safe>
      {help}
    </p>
  );
}

/** Always there, so that the browser's script has a place for what the server answers later. */
function FieldError({ name, form }: { name: string; form: FormState }): JSX.Element {
  return (
    <p class="field-error" id={`${name}-error`} safe>
      {form.errors[name] ?? ''}
    </p>
  );
}

function control({ name, help, invalid, rule, form }: FieldProps) {
  const wrong = form.errors[name] !== undefined;
  const describedBy = [help && `${name}-help`, wrong && `${name}-error`].filter(Boolean).join(' ');
  return {
    id: name,
    name,
    'aria-describedby': describedBy || undefined,
    'aria-invalid': wrong ? 'true' : undefined,
    'data-invalid': invalid && attributeText(invalid),
    'data-rule': rule && attributeText(rule),
    autofocus: wrong && Object.keys(form.errors)[0] === name,
  };
}

/**
 * Text as an attribute that reads back as it was typed: Kita escapes only the quotes there, so a
 * typed `&lt;` would come back as `<`.
 */
export function attributeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
