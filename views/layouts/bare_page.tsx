import type { Children } from '@kitajs/html';
import { urlTo } from '../../src/text/urls.ts';
import type { Layout } from '../view_models.ts';
import { Head } from './page.tsx';

interface BarePageProps {
  title: string;
  theme: Layout['theme'];
  children: Children;
}

/** A document for clients without access: no navigation, no taskbar, no script. */
export function BarePage({ title, theme, children }: BarePageProps): JSX.Element {
  return (
    <>
      {'<!doctype html>'}
      <html lang="en" data-theme={theme}>
        <Head title={title} />
        <body>
          <header class="top">
            <a class="brand" href={urlTo('/')}>
              xgpt
            </a>
          </header>
          <main id="main" class="page">
            {children}
          </main>
        </body>
      </html>
    </>
  );
}
