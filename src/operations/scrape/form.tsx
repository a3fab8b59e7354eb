import { SelectField } from '../../../views/forms/field.tsx';
import { defineForm, type FormContext } from '../../../views/forms/operation_form.ts';
import { FormField } from '../../../views/forms/start_form.tsx';
import type { FormParts, ImportOption } from '../../../views/view_models.ts';
import { cut, MAX_NAME } from '../../text/cut.ts';
import { removedText, storedText, undoneText } from '../../text/import_text.ts';
import { ArchiveOptions, ArchiveSection, ImportsUpdate } from './archive.tsx';
import { storedImports } from './imports.ts';

export default defineForm({
  parts: async (context) => scrapeParts(context, await storedImports(context.deps)),

  async afterUpload(job, deps) {
    const chosen = String(job.metadata?.archive ?? '');
    const imports = await storedImports(deps);
    return <ImportsUpdate imports={imports} chosen={chosen} now={new Date()} />;
  },
});

export function scrapeParts(
  { form, sources, now }: Pick<FormContext, 'form' | 'sources' | 'now'>,
  imports: ImportOption[],
): FormParts {
  const archives = <ArchiveSection imports={imports} now={now} message={outcomeOf(form.values)} />;
  const offersArchive = sources.some(({ name }) => name === 'archive');
  return {
    fields: {
      username: (field) => (
        // CSS hides it while the source is an archive, which names its author. A required field that
        // nobody sees would keep the form from being sent.
        <div class="unless-x-archive">
          <FormField field={{ ...field, required: !offersArchive }} model={{ form, sources }} />
        </div>
      ),
      onlyNew: (field) => (
        <div class="unless-archive">
          <FormField field={field} model={{ form, sources }} />
        </div>
      ),
      archive: ({ name, label }) =>
        offersArchive ? (
          // CSS shows it only while the source is the archive.
          <div class="only-archive">
            <SelectField name={name} label={label} form={form}>
              <ArchiveOptions imports={imports} chosen={form.values.archive} />
            </SelectField>
          </div>
        ) : (
          ''
        ),
    },
    live: 'imports',
    ...(isImport(form)
      ? {
          first: { heading: 'Import an archive', content: archives, rest: 'Scrape a user instead' },
        }
      : { below: archives }),
  };
}

/** The menu's entry for archives, not a form with an archive of its own or with an error. */
function isImport({ values, errors }: FormContext['form']): boolean {
  return values.source === 'archive' && !values.archive && Object.keys(errors).length === 0;
}

/** What was just done, in the address to which a browser without JavaScript is sent. */
function outcomeOf(values: Record<string, string>): string | undefined {
  const { undone, removed = '', stayed = '', deleted, stored } = values;
  if (deleted !== undefined) return removedText(cut(deleted, MAX_NAME));
  if (stored !== undefined) return storedText(cut(stored, MAX_NAME));
  if (undone === undefined || !/^\d+$/.test(removed) || !/^\d+$/.test(stayed)) return undefined;
  return undoneText({ name: undone, removed: Number(removed), stayed: Number(stayed) });
}
