import type { SourceOption } from '../../views/view_models.ts';

/** "the synthetic sample" → "Synthetic sample": the label as it stands alone. */
export function sourceTitle({ label }: Pick<SourceOption, 'label'>): string {
  const bare = label.replace(/^(the|an?) /i, '');
  return bare.charAt(0).toUpperCase() + bare.slice(1);
}
