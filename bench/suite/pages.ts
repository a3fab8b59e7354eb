/** Pages that a browser loads after the first one, and what it sends for them: what is weighed. */

/** What Chromium and Firefox send to trusted hosts. */
export const BROWSER = {
  accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
  'accept-encoding': 'gzip, deflate, br, zstd',
};

export const LATER_PAGES = [
  '/scrape',
  '/search',
  '/discover',
  '/embed',
  '/forget',
  '/find',
  '/profiles',
  '/jobs',
  '/sources',
  '/schedules',
  '/webhooks',
  '/workers',
  '/history',
  '/audit',
  '/sessions',
];
