import type { Children } from '@kitajs/html';
import { basePath } from '../../src/text/urls.ts';
import { assetPath } from '../asset_paths.ts';
import { attributeText } from '../forms/field.tsx';
import { Taskbar } from '../jobs/taskbar.tsx';
import type { Layout } from '../view_models.ts';
import { HelpSheet } from './help_sheet.tsx';
import { Navigation } from './navigation.tsx';
import { Notices } from './notices.tsx';

interface PageProps {
  /** The title of the browser's tab, before the program's name. */
  title: string;
  /** The current entry of the navigation: `/find`. */
  current: string;
  layout: Layout;
  /** It shows posts, whose pictures a script loads. */
  hasPosts?: boolean;
  /** It shows the log of a job. */
  hasLog?: boolean;
  /** It shows the form of a job type. */
  hasForm?: boolean;
  /** It shows schedules, or a form that can be repeated, which have a script of their own. */
  hasSchedules?: boolean;
  /** It has fields for times in the reader's zone. */
  hasMoments?: boolean;
  /** Styles that the above do not bring. Default: `pages.css`, for pages with none of their own. */
  styles?: string[];
  /** The text of the find that it shows. */
  query?: string;
  children: Children;
}

/** A whole document: navigation, content and taskbar. */
export function Page({ title, current, layout, query, children, ...kind }: PageProps): JSX.Element {
  const { styles, scripts } = filesOf({ current, ...kind });
  return (
    <>
      {'<!doctype html>'}
      <html lang="en" data-theme={layout.theme} data-base-path={basePath() || undefined}>
        <Head title={title} styles={styles}>
          <Scripts added={scripts} />
        </Head>
        <body hx-ext="morph">
          <a class="skip-link" href="#main">
            Skip to content
          </a>
          <Navigation current={current} {...layout} query={query} />
          <Notices notices={layout.notices} />
          <main id="main" class="page" tabindex="-1">
            {children}
          </main>
          <Taskbar
            model={layout.taskbar}
            choice={layout.taskbarChoice}
            isRepetition={current === '/jobs'}
          />
          <p id="announcer" class="visually-hidden" role="status" aria-live="polite"></p>
          <HelpSheet />
        </body>
      </html>
    </>
  );
}

/** What it loads besides the files of every page. */
function filesOf({
  current,
  hasPosts,
  hasLog,
  hasForm,
  hasSchedules,
  hasMoments,
  styles = hasLog || hasPosts || hasForm || current === '/' ? [] : ['pages.css'],
}: Omit<PageProps, 'title' | 'layout' | 'query' | 'children'>): {
  styles: string[];
  scripts: string[];
} {
  const given = (isNeeded: boolean | undefined, name: string) => (isNeeded ? [name] : []);
  return {
    styles: [
      ...styles,
      ...given(hasPosts, 'posts.css'),
      ...given(hasLog, 'job.css'),
      ...given(hasForm, 'start.css'),
      ...given(hasSchedules, 'schedules.css'),
    ],
    scripts: [
      ...given(hasPosts, 'find.js'),
      ...given(hasLog, 'job.js'),
      ...given(hasSchedules || hasMoments, 'schedules.js'),
    ],
  };
}

interface HeadProps {
  title: string;
  styles?: string[];
  children?: Children;
}

/** The head of every document, with `children` that only some have. */
export function Head({ title, styles = ['pages.css'], children }: HeadProps): JSX.Element {
  return (
    <head>
      <meta charset="utf-8" />
      <title safe>{title === 'xgpt' ? title : `${title} · xgpt`}</title>
      <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover" />
      <meta name="color-scheme" content="light dark" />
      <link
        rel="icon"
        href={assetPath('favicon.svg')}
        data-idle={assetPath('favicon.svg')}
        data-running={assetPath('favicon-running.svg')}
        data-failed={assetPath('favicon-failed.svg')}
      />
      {['app.css', ...styles].map((name) => (
        <link rel="stylesheet" href={attributeText(assetPath(name))} />
      ))}
      {children}
    </head>
  );
}

function Scripts({ added }: { added: string[] }): JSX.Element {
  return (
    <>
      <meta name="htmx-config" content={JSON.stringify(HTMX)} />
      <meta name="stream-worker" content={assetPath('stream_worker.js')} />
      {[...SCRIPTS, ...added].map((name) => (
        <script defer src={assetPath(name)}></script>
      ))}
    </>
  );
}

/** In this order: extensions need htmx, and `app` needs all of them. */
const SCRIPTS = ['htmx.js', 'morph.js', 'sse.js', 'app.js'];

const HTMX = {
  // The Content-Security-Policy forbids inline styles and eval.
  includeIndicatorStyles: false,
  allowEval: false,
  allowScriptTags: false,
  // htmx 2.0.11 puts a class on what it swaps until it has settled and takes the changed
  // attributes for a new element: an event within that delay would bind the stream twice.
  defaultSettleDelay: 0,
  // The taskbar's forms are boosted; their responses must not scroll the page.
  scrollIntoViewOnBoost: false,
  responseHandling: [
    { code: '204', swap: false },
    { code: '[23]..', swap: true },
    // What follows the server keeps its place, and asks again.
    { code: '5..', swap: true, error: true, swapOverride: 'innerHTML' },
    // Errors are shown in place of the response.
    { code: '[45]..', swap: true, error: true },
  ],
};
