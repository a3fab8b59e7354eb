import { describe, expect, test } from 'bun:test';
import type { StoredProfile } from '../../../src/library/library.ts';
import { ProfilesPage } from '../../../views/pages/profiles.tsx';
import { ProfileTable } from '../../../views/profiles/profile_table.tsx';
import { textOf } from '../job_view.ts';
import { attributesOf, elements, fieldsOf, LAYOUT, profile } from '../pages/fixtures.ts';

const table = (fields: Partial<StoredProfile> = {}) =>
  String(ProfileTable({ profiles: [profile(fields)] }));

const page = (profiles: StoredProfile[], q = '') =>
  String(
    ProfilesPage({
      layout: LAYOUT,
      model: { page: { profiles, total: profiles.length }, query: { q } },
    }),
  );

describe('a profile', () => {
  test('shows names, and the number of saved posts', () => {
    const markup = table({ followers: 48_210 });
    expect(textOf(markup)).toContain('Aurora Lab @aurora_lab Northern lights. 48,210 1,000 sample');
    expect(attributesOf(markup, 'td a').href).toBe('/find?q=from%3Aaurora_lab+source%3Asample');
    expect(attributesOf(markup, 'th a').href).toBe('/authors/sample/aurora_lab');
    // A link needs a text.
    expect(table({ name: '' })).toContain('<bdi>aurora_lab</bdi></a>');
  });

  test('has no link to posts where there are none', () => {
    expect(elements(table({ postsHeld: 0 }), 'td a')).toEqual([]);
    expect(textOf(table({ postsHeld: 0 }))).toContain('– 0 sample');
  });

  test('has a dash for unknown values', () => {
    expect(textOf(table())).toContain('Northern lights. – 1,000');
    expect(textOf(table({ followers: 0 }))).toContain('Northern lights. 0 1,000');
  });

  test('has a button to scrape it from its source', () => {
    const markup = table({ username: 'ada.example', source: 'bluesky' });
    expect(fieldsOf(markup, '/api/scrape')).toEqual([
      { username: 'ada.example', source: 'bluesky' },
    ]);
    expect(attributesOf(markup, 'form')['hx-post']).toBe('/api/scrape');
    expect(attributesOf(markup, 'button')['aria-label']).toBe('Scrape @ada.example');
  });
});

describe('the profiles', () => {
  test('refresh only while the list is empty', () => {
    expect(attributesOf(page([]), '#profiles')['hx-trigger']).toBe('jobs-changed from:body');
    expect(attributesOf(page([profile()]), '#profiles')['hx-trigger']).toBeUndefined();
  });

  test('show what to do when there are none, and when none match', () => {
    expect(elements(page([]), '.empty a')[0]?.attributes.href).toBe('/discover');
    expect(textOf(page([], 'xyz'))).toContain('No profiles match');
    expect(attributesOf(page([], 'xyz'), '#q').value).toBe('xyz');
  });
});
