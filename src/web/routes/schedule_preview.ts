import type { PreviewProps } from '../../../views/schedules/due_preview.tsx';
import { InvalidInput } from '../../jobs/index.ts';
import type { WebDeps } from '../deps.ts';

/**
 * When fields of a form would be due, or what is wrong with them; nothing when the form says so already.
 */
export async function previewOf(
  { schedules }: Pick<WebDeps, 'schedules'>,
  times: Record<string, unknown>,
  errors: Record<string, string>,
): Promise<PreviewProps | undefined> {
  try {
    return { due: await schedules.preview(times) };
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    const isSaid = Object.values(error.details).some((each) =>
      Object.values(errors).includes(each),
    );
    return isSaid ? undefined : { problem: error.message };
  }
}
