import { attributeText } from './field.tsx';
import { ImportOptions } from './import_options.tsx';

/** A zip or an export of a Bluesky account. */
const ACCEPTED = '.zip,.car,application/zip,application/vnd.ipld.car';

interface UploadFormProps {
  action: string;
  /** What is sent with the file. */
  fields: Record<string, string>;
  /** The answer is shown in an element of its own, whose id begins with this. */
  id: string;
}

/**
 * Uploads an archive and starts a job with it. The bar and the line below it show how much was sent; they
 * and the button that cancels an upload are shown by the page's script.
 */
export function UploadForm({ action, fields, id }: UploadFormProps): JSX.Element {
  const address = attributeText(action);
  return (
    <form
      class="upload"
      method="post"
      action={address}
      enctype="multipart/form-data"
      hx-post={address}
      hx-encoding="multipart/form-data"
      hx-target={`#${id}-result`}
      hx-disabled-elt="find button[type='submit']"
      data-upload
    >
      {Object.entries(fields).map(([name, value]) => (
        <input type="hidden" name={attributeText(name)} value={attributeText(value)} />
      ))}
      <ImportOptions />
      <p class="field-help">
        Replies and reposts are left out unless they are ticked. Your own threads are always read.
      </p>
      <label for="file">Archive</label>
      <input type="file" id="file" name="file" accept={ACCEPTED} required />
      <button type="submit">Upload and import</button>
      <div class="upload-progress" hidden>
        <progress max="100" value="0" aria-label="Uploaded" />
        <p data-upload-status />
        <button type="button" class="quiet" data-upload-cancel>
          Cancel upload
        </button>
      </div>
      <p class="field-error" id="file-error" />
      <div class="form-result" id={`${id}-result`} />
    </form>
  );
}
