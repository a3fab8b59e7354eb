import type { Layout } from '../view_models.ts';

interface NoticesProps extends Pick<Layout, 'notices'> {
  /** For a `job` event: an out-of-band swap. */
  oob?: boolean;
}

/** Problems and warnings, at the top of every page. */
export function Notices({ notices, oob = false }: NoticesProps): JSX.Element {
  return (
    <div id="notices" hx-swap-oob={oob ? 'morph' : undefined}>
      {notices.map(({ title, advice }) => (
        <p class="notice" role="alert">
          <strong safe>{title}</strong> <span safe>{advice}</span>
        </p>
      ))}
    </div>
  );
}
