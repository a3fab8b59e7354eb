import { attributeText } from './field.tsx';

interface UploadFormProps {
  action: string;
  /** What is sent with the file. */
  fields: Record<string, string>;
  /** The answer is shown in an element of its own, whose id begins with this. */
  id: string;
}

/** Uploads an archive and starts a job with it; the bar shows how much was sent. */
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
      hx-disabled-elt="find button"
      data-upload
    >
      {Object.entries(fields).map(([name, value]) => (
        <input type="hidden" name={attributeText(name)} value={attributeText(value)} />
      ))}
      <label for="file">Archive</label>
      <input type="file" id="file" name="file" accept=".zip,application/zip" required />
      <button type="submit">Upload and import</button>
      <progress hidden max="100" value="0" aria-label="Uploaded" />
      <p class="field-error" id="file-error" />
      <div class="form-result" id={`${id}-result`} />
    </form>
  );
}
