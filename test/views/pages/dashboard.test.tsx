import { describe, expect, test } from 'bun:test';
import { DashboardPage } from '../../../views/pages/dashboard.tsx';
import type { DashboardModel } from '../../../views/view_models.ts';
import { ago, jobView, textOf } from '../job_view.ts';
import {
  ARCHIVE,
  attributesOf,
  dashboardModel,
  elements,
  fieldsOf,
  fieldsOfType,
  LAYOUT,
  SAMPLE,
} from './fixtures.ts';

function dashboard(model: Partial<DashboardModel> = {}): string {
  return String(DashboardPage({ layout: LAYOUT, model: dashboardModel(model) }));
}

const BEGINNINGS: DashboardModel['beginnings'] = [
  { source: ARCHIVE, type: 'scrape', help: 'The zip of X.', upload: { source: 'archive' } },
  {
    source: { ...SAMPLE, name: 'notes', label: 'the river notes' },
    type: 'scrape',
    field: fieldsOfType('scrape').find(({ name }) => name === 'username'),
  },
  {
    source: SAMPLE,
    type: 'scrape',
    ready: {
      input: { username: 'aurora_lab', maxTweets: '200' },
      action: 'Scrape the sample user',
    },
  },
];

const NOTHING = { counts: { posts: 0, profiles: 0, vectors: 0 }, lastDay: { jobs: 0, failed: 0 } };

describe('an empty dashboard', () => {
  const begin = { ...NOTHING, beginnings: BEGINNINGS };

  test('E5: has a card for each way to begin, the sample one click away', () => {
    expect(elements(dashboard(begin), '.beginning h2')).toHaveLength(3);
    expect(textOf(dashboard(begin))).toContain('X data archive The zip of X.');
    expect(fieldsOf(dashboard(begin), '/api/scrape')).toEqual([
      {
        source: 'archive',
        includeReplies: 'true',
        includeRetweets: 'true',
        maxTweets: '',
        username: '',
        file: '',
      },
      { source: 'notes', username: '' },
      { username: 'aurora_lab', maxTweets: '200', source: 'sample' },
    ]);
    expect(attributesOf(dashboard(begin), '.upload').enctype).toBe('multipart/form-data');
    expect(elements(dashboard(begin), '.counter, .hours')).toEqual([]);
  });

  test('E5: says what this is, and what else can be started', () => {
    expect(textOf(dashboard(begin))).toContain('xgpt collects posts, embeds them and finds them');
    const others = elements(dashboard(begin), '.beginnings-others a');
    expect(others.map(({ attributes }) => attributes.href)).toEqual(['/search', '/discover']);
  });

  test('refreshes when the first job starts', () => {
    expect(attributesOf(dashboard(NOTHING), '#dashboard')).toMatchObject({
      'hx-get': '/',
      'hx-trigger': 'jobs-changed from:body',
    });
  });

  test('E5: offers them again after a first job that found nothing, not while one runs', () => {
    const [done, running] = [jobView({ status: 'failed', completedAt: new Date() }), jobView()];
    const after = (job: typeof done) => dashboard({ ...begin, recent: [job.job] });
    expect(elements(after(done), '.beginning')).toHaveLength(3);
    expect(elements(after(running), '.beginning')).toHaveLength(0);
  });

  test('shows everything once there is a job, even without posts', () => {
    const page = dashboard({ ...NOTHING, recent: [jobView().job] });
    expect(elements(page, '.counter')).toHaveLength(4);
    expect(attributesOf(page, '#dashboard')['hx-get']).toBeUndefined();
  });
});

describe('the counters', () => {
  test('separate thousands and link to what they count', () => {
    expect(textOf(dashboard())).toContain('5,230 posts 41 profiles 5,012 vectors 12 jobs in 24 h');
    const links = elements(dashboard(), '.counter > a').map(({ attributes }) => attributes.href);
    expect(links).toEqual(['/find', '/profiles', '/embed', '/jobs']);
  });

  test('show how many jobs failed, and link to them', () => {
    const page = dashboard({ lastDay: { jobs: 12, failed: 3 } });
    expect(textOf(page)).toContain('3 failed');
    expect(attributesOf(page, '.counter-failed').href).toBe('/jobs?status=failed');
    expect(elements(dashboard(), '.counter-failed')).toEqual([]);
  });
});

describe('the next steps', () => {
  const scraped = jobView({
    status: 'completed',
    completedAt: ago(1),
    result: { posts: 200, newPosts: 200, username: 'aurora_lab' },
  }).job;
  const steps = (model: Partial<DashboardModel>) =>
    elements(dashboard(model), '.next-steps a').map(({ attributes }) => attributes.href);

  test('E4: are to see what the last job collected, to embed it, and to find it', () => {
    const first = { counts: { posts: 200, profiles: 1, vectors: 0 }, recent: [scraped] };
    const page = dashboard({ ...first, withoutVector: 200 });
    expect(textOf(page)).toContain('See the 200 posts from scrape @aurora_lab');
    expect(textOf(page)).toContain('Embed 200 posts to find them by meaning');
    expect(steps({ ...first, withoutVector: 200 })).toEqual([
      '/find?author=aurora_lab',
      '/embed',
      '/find',
    ]);
  });

  test('E4: lead to the search by meaning once posts are embedded', () => {
    expect(steps({ withoutVector: 0 })).toEqual(['/find', '/find?by=meaning']);
  });

  test('are absent while there are no posts', () => {
    expect(steps({ ...NOTHING, recent: [jobView().job] })).toEqual([]);
  });
});

describe('the jobs by hour', () => {
  const hours = dashboardModel().hours;
  hours[22] = { start: ago(3600), completed: 3, failed: 1, cancelled: 0, active: 0 };
  hours[23] = { start: ago(0), completed: 1, failed: 0, cancelled: 0, active: 1 };
  const page = dashboard({ hours });

  test('are stacked bars, scaled to the highest hour', () => {
    const [completed] = elements(page, 'rect.hour-completed');
    const [failed] = elements(page, 'rect.hour-failed');
    expect(completed?.attributes).toMatchObject({ y: '16.00', height: '48.00' });
    expect(failed?.attributes).toMatchObject({ y: '0.00', height: '16.00' });
    expect(elements(page, 'rect.hour-cancelled')).toEqual([]);
  });

  test('have a title for each bar', () => {
    expect(page).toContain('<title>1 hour ago: 3 completed, 1 failed</title>');
    expect(page).toContain('<title>This hour: 1 completed, 1 active</title>');
    expect(page).toContain('<title>23 hours ago: no jobs</title>');
  });

  test('are a table for screen readers', () => {
    expect(elements(page, '.visually-hidden tbody tr')).toHaveLength(24);
    expect(textOf(page)).toContain('1 hour ago 3 0 0 1 This hour 1 1 0 0');
  });

  test('draw no bars when there were no jobs', () => {
    expect(dashboard()).not.toMatch(/NaN|Infinity/);
    expect(dashboard({ hours: [] })).not.toMatch(/NaN|Infinity/);
  });
});

describe('the live part', () => {
  test('refreshes when jobs change, and every second while one is running', () => {
    const ended = jobView({ status: 'completed', completedAt: ago(1) }).job;
    const trigger = (recent: DashboardModel['recent']) =>
      attributesOf(dashboard({ recent }), '#activity')['hx-trigger'];
    expect(trigger([ended])).toBe('jobs-changed from:body');
    expect(trigger([ended, jobView().job])).toBe('jobs-changed from:body, every 1s');
  });

  test('updates the counters, which are outside of it', () => {
    expect(attributesOf(dashboard(), '#activity')['hx-select-oob']).toBe('#state:morph');
    expect(elements(dashboard(), '#activity .counter')).toEqual([]);
  });

  test('does not include the forms, where someone may be typing', () => {
    const page = dashboard({ recent: [jobView().job] });
    expect(elements(page, '#activity .quick-form')).toEqual([]);
    expect(elements(page, '.quick-form')).toHaveLength(4);
  });
});

describe('the shortest forms', () => {
  test('start each of the four', () => {
    expect(elements(dashboard(), '.quick-form').map(({ attributes }) => attributes.action)).toEqual(
      ['/api/scrape', '/api/search', '/api/discover', '/api/embed'],
    );
  });

  test('name the source, and check what the rule of the field says', () => {
    const page = dashboard();
    expect(page).toContain(
      '<select id="search-source" name="source"><option value="sample" selected data-label="the synthetic sample" data-page-ms="150" data-page-size="20">',
    );
    expect(fieldsOf(page, '/api/embed')[0]).not.toHaveProperty('source');
    expect(attributesOf(page, '#scrape-username')).toMatchObject({ maxlength: '500' });
    expect(attributesOf(page, '#search-query')).toMatchObject({ maxlength: '500' });
  });
});
