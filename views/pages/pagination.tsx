import { attributeText } from '../forms/field.tsx';

/** The ways to the pages before and after, where there are any. */
export function PagesAround({ newerHref, olderHref }: { newerHref?: string; olderHref?: string }) {
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
