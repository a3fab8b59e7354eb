import { describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import { assetPath } from '../../views/asset_paths.ts';
import { Page } from '../../views/layouts/page.tsx';
import type { Layout } from '../../views/view_models.ts';
import { jobView, NOW, textOf } from './job_view.ts';
import { attributesOf, elements } from './pages/fixtures.ts';

function page(
  layout: Partial<Layout> = {},
  props: { title?: string; current?: string } = {},
): string {
  const whole: Layout = {
    taskbar: { jobs: [jobView()], now: NOW },
    theme: 'auto',
    taskbarChoice: 'auto',
    notices: [],
    now: NOW,
    ...layout,
  };
  return String(
    <Page title="Posts" current="/find" layout={whole} {...props}>
      <h1>Posts</h1>
    </Page>,
  );
}

describe('a page', () => {
  test('is a whole document with its content and the taskbar', () => {
    expect(page()).toStartWith('<!doctype html><html lang="en"');
    expect(page()).toMatch(/<main[^>]*><h1>Posts<\/h1><\/main>.*<article id="job-scrape-0198a"/s);
  });

  test('escapes its title', () => {
    expect(page({}, { title: '</title><script>' })).toContain(
      '<title>&lt;/title&gt;&lt;script&gt; · xgpt</title>',
    );
  });

  test('marks the current page, and no other', () => {
    const current = (markup: string) =>
      elements(markup, 'a[aria-current="page"]').map(({ attributes }) => attributes.href);
    expect(current(page())).toEqual(['/find']);
    expect(current(page({}, { current: '/scrape?source=archive' }))).toEqual([
      '/scrape?source=archive',
    ]);
  });

  test('E9: has one line with Collect, Find, People, Jobs and a box to find posts', () => {
    const links = elements(page(), '.top nav a').map(({ attributes }) => attributes.href);
    expect(links).toEqual([
      '/',
      '/scrape',
      '/search',
      '/discover',
      '/scrape?source=archive',
      '/embed',
      '/schedules',
      '/find',
      '/profiles',
      '/jobs',
    ]);
    const nav = textOf(page().match(/<nav aria-label="Main">.*?<\/nav>/s)?.[0] ?? '');
    expect(nav).toMatch(
      /^xgpt Collect User .* Topic .* People .* Archive .* Embed .* Find People Jobs$/,
    );
    expect(attributesOf(page(), '.find-box form')).toEqual({ method: 'get', action: '/find' });
    expect(attributesOf(page(), '#find-box')).toMatchObject({
      name: 'q',
      'aria-keyshortcuts': '/',
    });
  });

  test('is rendered in the theme of the user', () => {
    expect(page({ theme: 'dark' })).toContain('<html lang="en" data-theme="dark">');
    expect(page({ theme: 'dark' })).toContain('aria-label="Theme: dark"');
  });

  test('leads to the sources, and marks the link on their page', () => {
    expect(attributesOf(page(), '.top-link')).toMatchObject({ href: '/sources' });
    expect(attributesOf(page(), '.top-link')).not.toHaveProperty('aria-current');
  });

  test('has a skip link, and a live region outside of the morphed parts', () => {
    expect(page()).toContain('<a class="skip-link" href="#main">');
    expect(page()).toMatch(/<\/section><p id="announcer"[^>]* aria-live="polite"/);
  });
});

describe('under the Content-Security-Policy', () => {
  test('there is no inline script, style or handler, and nothing from another host', () => {
    expect(page()).not.toMatch(/<style| style=| on[a-z]+=|<script(?![^>]* src="\/)/);
    expect(page()).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
  });

  test('htmx neither evaluates nor writes styles, and swaps in error responses', () => {
    const [, quoted = ''] = page().match(/name="htmx-config" content="([^"]*)"/) ?? [];
    const config = JSON.parse(quoted.replaceAll('&#34;', '"'));
    expect(config).toMatchObject({ allowEval: false, includeIndicatorStyles: false });
    const swaps = (status: string) =>
      config.responseHandling.find(({ code }: { code: string }) => new RegExp(code).test(status))
        .swap;
    expect(['204', '200', '202', '404', '422', '500'].map(swaps)).toEqual([
      false,
      true,
      true,
      true,
      true,
      true,
    ]);
  });

  test('scripts are loaded in the order of their dependencies', () => {
    const scripts = [...page().matchAll(/<script defer src="([^"]+)"/g)].map(([, src]) => src);
    expect(scripts).toEqual([
      assetPath('htmx.js'),
      assetPath('morph.js'),
      assetPath('sse.js'),
      assetPath('app.js'),
    ]);
  });
});

test('every icon in use exists', async () => {
  const css = await Bun.file(join(import.meta.dir, '../../public/css/icons.css')).text();
  const named = [...page().matchAll(/ data-icon="([^"]+)"/g)].map(([, name]) => name);
  expect(named.length).toBeGreaterThan(0);
  expect(named.filter((name) => !css.includes(`[data-icon="${name}"] {`))).toEqual([]);
});

describe('the help sheet', () => {
  test('is on every page, closed, with a button to open it', () => {
    expect(page()).toMatch(/<dialog id="help"(?![^>]* open)/);
    expect(page()).toMatch(/<button id="help-open"[^>]* class="quiet needs-script"/);
  });

  test('assigns each page the number of its position in the navigation', () => {
    const keys = textOf(page().match(/<dl class="keys">.*?<\/dl>/s)?.[0] ?? '');
    expect(keys).toStartWith('1 Dashboard 2 Find 3 People 4 Jobs 5 Collect: User');
    expect(keys).toContain('9 Collect: Embed / find posts ?');
  });

  test('has notifications off and shortcuts on', () => {
    expect(page()).toMatch(/<input id="notifications-switch"(?![^>]* checked)/);
    expect(page()).toMatch(/<input id="shortcuts-switch"[^>]* checked/);
  });
});
