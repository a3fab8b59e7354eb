import type { PreviewProps } from '../../../views/schedules/due_preview.tsx';
import { InvalidInput } from '../../jobs/index.ts';
import type { WebDeps } from '../deps.ts';

/** When fields of a form would be due, or what is wrong with them. */
export async function previewOf(
  { schedules }: Pick<WebDeps, 'schedules'>,
  times: Record<string, unknown>,
): Promise<PreviewProps> {
  try {
    return { due: await schedules.preview(times) };
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    return { problem: error.message };
  }
}
