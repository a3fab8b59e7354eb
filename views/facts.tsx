import type { Children } from '@kitajs/html';

/** A label and its value in a `dl.facts`. */
export function Fact({ label, children }: { label: string; children: Children }): JSX.Element {
  return (
    <>
      <dt safe>{label}</dt>
      <dd>{children}</dd>
    </>
  );
}

/** Labels and texts as a list; nothing when there are none. */
export function TextFacts({ facts }: { facts: [label: string, text: string][] }): JSX.Element {
  if (facts.length === 0) return '';
  return (
    <dl class="facts">
      {facts.map(([label, text]) => (
        <>
          <dt safe>{label}</dt>
          <dd safe>{text}</dd>
        </>
      ))}
    </dl>
  );
}
