/** B4: every URL that a view writes itself begins with the base path, also where no page shows it. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { setBasePath } from '../../src/text/urls.ts';
import { isBelow } from '../support/local_urls.ts';
import { createMarkers } from './escape/marker.ts';
import { findViews, renderings } from './escape/views.ts';
import { filesMatching } from './source_files.ts';

const BASE = '/behind/xgpt';

/** An attribute with a path of this server; markers contain none, and "/" may be a key. */
const LOCAL = /[\w-]+(?<!aria-keyshortcuts)="(\/[^"]*)"/g;

const views = findViews(filesMatching('views/**/*.tsx', 'src/operations/**/*.tsx'));

beforeAll(() => setBasePath(BASE));
afterAll(() => setBasePath(''));

describe('B4: the URLs of this server begin with the base path in', () => {
  test.each(views.map((view) => [`${view.path} ${view.name}`, view] as const))(
    '%s',
    async (_, view) => {
      const markers = createMarkers(() => 'program');
      const found = new Set<string>();
      for await (const markup of renderings(view, markers.at)) {
        for (const [attribute, url = ''] of markup.matchAll(LOCAL)) {
          if (!isBelow(BASE, url)) found.add(attribute);
        }
      }
      expect([...found]).toEqual([]);
    },
  );
});
