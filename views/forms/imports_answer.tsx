import type { ImportOption } from '../view_models.ts';
import { ImportList } from './archive_section.tsx';
import { ArchiveOptions } from './scrape_form.tsx';

interface ImportsProps {
  imports: ImportOption[];
  now: Date;
  /** The one just added, to be chosen in the form. */
  chosen?: string;
}

/** The answer to an upload or a removal: what happened, and the archives as they are now. */
export function ImportsAnswer({ message, ...props }: ImportsProps & { message: string }) {
  return (
    <>
      <p class="result" role="status" safe>
        {message}
      </p>
      <ImportsUpdate {...props} />
    </>
  );
}

/** Part of another answer: the page's list of archives and the form's choices, as they are now. */
export function ImportsUpdate({ imports, now, chosen }: ImportsProps): JSX.Element {
  return (
    <>
      <ImportList imports={imports} now={now} oob />
      <select id="archive" hx-swap-oob="innerHTML">
        <ArchiveOptions imports={imports} chosen={chosen} />
      </select>
    </>
  );
}
