import { attributeText } from '../../../views/forms/field.tsx';
import { ImportOptions } from '../../../views/forms/import_options.tsx';
import { PostForm } from '../../../views/forms/post_form.tsx';
import { UploadForm } from '../../../views/forms/upload_form.tsx';
import { relativeTime } from '../../../views/time.tsx';
import type { ImportOption } from '../../../views/view_models.ts';
import { counted } from '../../text/format.ts';
import { identityText, sizeText } from '../../text/import_text.ts';
import { urlTo } from '../../text/urls.ts';

interface ImportsProps {
  imports: ImportOption[];
  now: Date;
}

interface SectionProps extends ImportsProps {
  /** What was just done to an import, for browsers without JavaScript. */
  message?: string;
}

/** Personal archives: the upload form and the stored archives. */
export function ArchiveSection({ imports, now, message }: SectionProps): JSX.Element {
  return (
    <section class="archive panel" aria-labelledby="archive-title">
      <h2 id="archive-title">
        <span data-changes="remove">Import an X data archive or a Bluesky export</span>
        <span data-changes="show" hidden>
          Imported archives
        </span>
      </h2>
      <p data-changes="remove">
        Upload the zip that X sends for “Download your data”, or the CAR file that Bluesky makes
        under “Export my data”. To import an unpacked archive, copy its folder, or a large zip, into{' '}
        <code>imports/</code> in the data folder. Only posts and the account are read from it.
      </p>
      <UploadForm action={urlTo('/api/scrape')} fields={{ source: 'archive' }} id="upload" />
      {message !== undefined && <Message text={message} />}
      <ImportList imports={imports} now={now} />
    </section>
  );
}

function Message({ text }: { text: string }): JSX.Element {
  return (
    <p class="result" role="status" safe>
      {text}
    </p>
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
  const { name, addedAt, problem } = option;
  const isHere = isStoredHere(option);
  const identity = identityText(option);
  return (
    <li>
      <span class="import-what">
        <span class="import-name" safe>
          {name}
        </span>{' '}
        <span class="muted">
          <span safe>{identity === '' ? '' : `${identity} · `}</span>
          <span safe>{sizeText(option)}</span> · {isHere ? 'added' : 'imported'}{' '}
          {relativeTime(addedAt, now)}
          <span safe>{postsText(option)}</span>
        </span>
      </span>
      {isHere && <ImportForm name={name} />}
      {option.posts > 0 && <UndoForm option={option} />}
      {isHere && <RemoveForm name={name} />}
      {problem !== undefined && (
        <p class="import-problem" safe>
          {`Could not be read: ${problem}`}
        </p>
      )}
    </li>
  );
}

/** Whether it is in the imports folder, where it can be read and removed. */
function isStoredHere({ removed, elsewhere }: ImportOption): boolean {
  return !removed && !elsewhere;
}

function postsText({ posts, removed }: ImportOption): string {
  if (posts === 0) return '';
  return ` · ${counted(posts, 'post')} ${removed ? 'kept' : 'imported'}`;
}

function ImportForm({ name }: { name: string }): JSX.Element {
  return (
    <PostForm class="import-form" action={urlTo('/api/scrape')} target="#upload-result">
      <input type="hidden" name="source" value="archive" />
      <input type="hidden" name="archive" value={attributeText(name)} />
      <details>
        <summary>Options</summary>
        <ImportOptions />
      </details>
      <button type="submit">Import</button>
    </PostForm>
  );
}

/** Folded, because it deletes posts. */
function UndoForm({ option }: { option: ImportOption }): JSX.Element {
  const { name, posts } = option;
  const again = isStoredHere(option) ? ' The archive stays, and Import reads it again.' : '';
  return (
    <details class="import-undo" data-changes="remove">
      <summary>Undo import…</summary>
      <PostForm action={urlTo(undoPath(name))} target="#upload-result">
        <p safe>
          {`Removes those of the ${counted(posts, 'post')} that nothing else has brought. Posts that others brought too keep their newest text.${again}`}
        </p>
        <button type="submit">Undo import</button>
      </PostForm>
    </details>
  );
}

function undoPath(name: string): `/${string}` {
  return `/api/imports/${encodeURIComponent(name)}/undo`;
}

/** Folded, because it deletes a file that may be nowhere else. */
function RemoveForm({ name }: { name: string }): JSX.Element {
  const address = urlTo(`/api/imports/${encodeURIComponent(name)}/remove`);
  return (
    <details class="import-remove" data-changes="remove">
      <summary>Remove…</summary>
      <PostForm action={address} target="#upload-result">
        <p>The stored file is deleted. The posts that were imported from it stay.</p>
        <button type="submit">Remove the archive</button>
      </PostForm>
    </details>
  );
}

interface UpdateProps extends ImportsProps {
  /** The one just added, to be chosen in the form. */
  chosen?: string;
}

interface AnswerProps extends UpdateProps {
  message: string;
  /** Whether the page has the list of archives, which is updated then. */
  isListed: boolean;
}

/** The answer to an upload, a removal or an undo: what happened, and the archives as they are now. */
export function ImportsAnswer({ message, isListed, ...props }: AnswerProps): JSX.Element {
  return (
    <>
      <Message text={message} />
      {isListed && <ImportsUpdate {...props} />}
    </>
  );
}

/** Part of another answer: the page's list of archives and the form's choices, as they are now. */
export function ImportsUpdate({ imports, now, chosen }: UpdateProps): JSX.Element {
  return (
    <>
      <ImportList imports={imports} now={now} oob />
      {/* Not "innerHTML": idiomorph 0.8.0 takes it for a swap of the whole element, inside of itself. */}
      <select id="archive" name="archive" hx-swap-oob="true">
        <ArchiveOptions imports={imports} chosen={chosen} />
      </select>
    </>
  );
}

/** The archives to choose from, in the form. */
export function ArchiveOptions({ imports, chosen }: { imports: ImportOption[]; chosen?: string }) {
  const present = imports.filter(isStoredHere);
  if (present.length === 0) return <option value="">None stored yet</option>;
  return (
    <>
      {present.map(({ name }) => (
        <option value={attributeText(name)} selected={name === chosen} safe>
          {name}
        </option>
      ))}
    </>
  );
}
