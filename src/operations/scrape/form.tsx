import { SelectField } from '../../../views/forms/field.tsx';
import { defineForm, type FormContext } from '../../../views/forms/operation_form.ts';
import { FormField } from '../../../views/forms/start_form.tsx';
import type { FormParts, ImportOption } from '../../../views/view_models.ts';
import { listImports } from '../../sources/archive/index.ts';
import { ArchiveOptions, ArchiveSection, ImportsUpdate } from './archive.tsx';

export default defineForm({
  parts: async (context) => scrapeParts(context, await listImports(context.deps.importsDir)),

  async afterUpload(job, { importsDir }) {
    const chosen = String(job.metadata?.archive ?? '');
    const imports = await listImports(importsDir);
    return <ImportsUpdate imports={imports} chosen={chosen} now={new Date()} />;
  },
});

export function scrapeParts(
  { form, sources, now }: Pick<FormContext, 'form' | 'sources' | 'now'>,
  imports: ImportOption[],
): FormParts {
  const offersArchive = sources.some(({ name }) => name === 'archive');
  // An archive needs no username, and a required field would keep it from being sent.
  const required = !(offersArchive && imports.length > 0);
  return {
    fields: {
      username: (field) => <FormField field={{ ...field, required }} model={{ form, sources }} />,
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
    below: <ArchiveSection imports={imports} now={now} />,
  };
}
