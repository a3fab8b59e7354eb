/**
 * Views that forget to escape, each in another way; all but `Safe`. Most of them pass the escape
 * checker, whose blind spots they show; for the others a cast keeps it quiet.
 */
import { escapeHtml } from '@kitajs/html';
import { attributeText } from '../../../views/forms/field.tsx';

interface Props {
  text: string;
  items: string[];
  kind: 'a' | 'b';
  note?: string;
}

export function PlainChild({ text }: Props): JSX.Element {
  return <p>{text as 'safe'}</p>;
}

export function NestedChild({ text }: Props): JSX.Element {
  return (
    <div>
      <p safe>{text}</p>
      <Inner>{text as 'safe'}</Inner>
    </div>
  );
}

function Inner({ children }: { children: JSX.Element }): JSX.Element {
  return <b>{children}</b>;
}

export function ListOfTexts({ items }: Props): JSX.Element {
  return <ul>{items as unknown as 'safe'}</ul>;
}

export function JoinedTexts({ items }: Props): JSX.Element {
  return <p>{items.map((item) => `<b>${item}</b>`).join(', ') as 'safe'}</p>;
}

export function TemplateText({ text }: Props): JSX.Element {
  return `<p>${text}</p>`;
}

export function OnlyInOneCase({ kind, text }: Props): JSX.Element {
  return kind === 'b' ? <p>{text as 'safe'}</p> : <p safe>{text}</p>;
}

export function OnlyWhenPresent({ note }: Props): JSX.Element {
  return <p>{note === undefined ? '' : (note as 'safe')}</p>;
}

export function OnlyWhenAbsent({ note, text }: Props): JSX.Element {
  return <p>{note === undefined ? (text as 'safe') : ''}</p>;
}

export function TextInAttribute({ text }: Props): JSX.Element {
  return `<p title="${text}">…</p>`;
}

/** Kita escapes the quotes, and an entity that a person typed becomes what it stands for. */
export function EntityInAttribute({ text }: Props): JSX.Element {
  return <input type="text" value={text} />;
}

export function NameOfAttribute({ text }: Props): JSX.Element {
  return <p {...{ [text]: true }}>…</p>;
}

export function TextInScript({ text }: Props): JSX.Element {
  return <script>{`window.text = ${JSON.stringify(text)}` as 'safe'}</script>;
}

/** Not a component: an object whose markup, at any depth, is put into a page. */
export function partsOfPage({ text }: Props): {
  title: string;
  fields: Record<string, () => JSX.Element>;
} {
  return { title: text, fields: { note: () => <p>{text as 'safe'}</p> } };
}

export function Safe({ text, items, note }: Props): JSX.Element {
  return (
    <section title={attributeText(text)}>
      <a href={`/find?q=${encodeURIComponent(text)}`} safe>
        {text}
      </a>
      <input type="text" value={attributeText(text)} />
      {items.map((item) => (
        <p safe>{`${item.slice(0, 30)}…`}</p>
      ))}
      {escapeHtml(note ?? '')}
    </section>
  );
}
