import { attributeText } from '../../../views/forms/field.tsx';
import { PostForm } from '../../../views/forms/post_form.tsx';
import { UploadForm } from '../../../views/forms/upload_form.tsx';
import { relativeTime } from '../../../views/time.tsx';
import type { ImportOption } from '../../../views/view_models.ts';
import { bytes } from '../../text/format.ts';
import { urlTo } from '../../text/urls.ts';

interface ImportsProps {
  imports: ImportOption[];
  now: Date;
}

/** Personal archives: the upload form and the stored archives. */
export function ArchiveSection({ imports, now }: ImportsProps): JSX.Element {
  return (
    <section class="archive panel" aria-labelledby="archive-title">
      <h2 id="archive-title">Import an X data archive</h2>
      <p>
        Upload the zip that X sends for “Download your data”, or copy a zip or an unpacked folder
        into <code>imports/</code> in the data folder. Only posts and the account are read from it.
      </p>
      <UploadForm action={urlTo('/api/scrape')} fields={{ source: 'archive' }} id="upload" />
      <ImportList imports={imports} now={now} />
    </section>
  );
}

/** `oob`: part of an answer that is about something else. */
function ImportList({ imports, now, oob }: ImportsProps & { oob?: boolean }): JSX.Element {
  return (
    <ul id="imports" class="imports" hx-swap-oob={oob ? 'true' : undefined}>
      {imports.length === 0 && <li class="empty-note">No archives yet.</li>}
      {imports.map((option) => (
        <ImportRow option={option} now={now} />
      ))}
    </ul>
  );
}

function ImportRow({ option, now }: { option: ImportOption; now: Date }): JSX.Element {
  return (
    <li>
      <span class="import-name" safe>
        {option.name}
      </span>
      <span class="muted">
        <span safe>{option.bytes === undefined ? 'folder' : bytes(option.bytes)}</span> ·{' '}
        {relativeTime(option.addedAt, now)}
      </span>
      <ImportForm name={option.name} />
      <RemoveForm name={option.name} />
    </li>
  );
}

function ImportForm({ name }: { name: string }): JSX.Element {
  return (
    <PostForm action={urlTo('/api/scrape')} target="#upload-result">
      <input type="hidden" name="source" value="archive" />
      <input type="hidden" name="archive" value={attributeText(name)} />
      <button type="submit">Import</button>
    </PostForm>
  );
}

function RemoveForm({ name }: { name: string }): JSX.Element {
  const address = urlTo(`/api/imports/${encodeURIComponent(name)}/remove`);
  return (
    <PostForm action={address} target="#upload-result">
      <button type="submit" class="quiet">
        Remove
      </button>
    </PostForm>
  );
}

interface UpdateProps extends ImportsProps {
  /** The one just added, to be chosen in the form. */
  chosen?: string;
}

/** The answer to an upload or a removal: what happened, and the archives as they are now. */
export function ImportsAnswer({ message, ...props }: UpdateProps & { message: string }) {
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
export function ImportsUpdate({ imports, now, chosen }: UpdateProps): JSX.Element {
  return (
    <>
      <ImportList imports={imports} now={now} oob />
      <select id="archive" hx-swap-oob="innerHTML">
        <ArchiveOptions imports={imports} chosen={chosen} />
      </select>
    </>
  );
}

/** The archives to choose from, in the form. */
export function ArchiveOptions({ imports, chosen }: { imports: ImportOption[]; chosen?: string }) {
  if (imports.length === 0) return <option value="">None imported yet</option>;
  return (
    <>
      {imports.map(({ name }) => (
        <option value={attributeText(name)} selected={name === chosen} safe>
          {name}
        </option>
      ))}
    </>
  );
}
