import { attributeText } from '../forms/field.tsx';

/** A link to the next page; nothing on the last page. */
export function NextPage({ href, label }: { href: string | undefined; label: string }) {
  if (href === undefined) return '';
  return (
    <nav class="next-page" aria-label="Pages">
      <a class="button" href={href} rel="next" safe>
        {label}
      </a>
    </nav>
  );
}

interface PreviousAndNextProps {
  newerHref?: string;
  olderHref?: string;
}

/** Links to the pages of newer and older jobs; nothing where there is only one page. */
export function PreviousAndNext({ newerHref, olderHref }: PreviousAndNextProps) {
  if (newerHref === undefined && olderHref === undefined) return '';
  return (
    <nav class="next-page" aria-label="Pages">
      {newerHref !== undefined && (
        <a class="button" href={attributeText(newerHref)} rel="prev">
          Newer jobs
        </a>
      )}
      {olderHref !== undefined && (
        <a class="button" href={attributeText(olderHref)} rel="next">
          Older jobs
        </a>
      )}
    </nav>
  );
}
