/** A response of the server: a scrape of the synthetic sample. */
export const COMPLETED_JOB = {
  id: 'scrape-01a2024c-1c79-73cb-a7af-4910eda6fb24',
  type: 'scrape',
  status: 'completed',
  createdAt: '2026-11-22T08:07:52.185Z',
  startedAt: '2026-11-22T08:07:52.186Z',
  completedAt: '2026-11-22T08:07:52.291Z',
  updatedAt: '2026-11-22T08:07:52.291Z',
  progress: { current: 40, total: 40, message: 'Finishing', stage: 'reading' },
  metadata: {
    username: 'aurora_lab',
    maxTweets: 40,
    includeReplies: false,
    includeRetweets: false,
    source: 'sample',
  },
  result: { username: 'aurora_lab', posts: 40, newPosts: 40 },
  errors: [],
  attempt: 1,
  attemptsUsed: 1,
  maxAttempts: 5,
  priority: 0,
  tracked: false,
};

/** A response of the server to a scrape without a username. */
export const REFUSAL = {
  error: {
    code: 'invalid_input',
    message: 'Nothing was started. Correct the input and try again.',
    details: { username: 'Username is missing. Type one, for example aurora_lab.' },
    timestamp: '2026-11-22T08:07:52.295Z',
  },
  status: 422,
};

/** A post of the synthetic sample, from the library. */
export const POST = {
  source: 'sample',
  id: '2097054713869500416',
  kind: 'post',
  author: 'aurora_lab',
  authorName: 'Aurora Lab',
  text: 'Our all-sky camera ran thirty-five days without a gap. A record for this winter.',
  createdAt: '2026-11-21T17:33:25.000Z',
  language: 'en',
  url: 'https://example.org/aurora_lab/status/2097054713869500416',
  links: [],
  media: [],
  likes: 41,
  reposts: 6,
  replies: 2,
};

export const SAVED_FIND = {
  id: 1,
  name: 'Night sky',
  query: { q: '"night sky" -moon' },
  understood: 'Posts with the phrase “night sky”, without “moon”',
  newPosts: { count: 12, isCapped: false },
  createdAt: '2026-11-22T08:07:52.185Z',
  openedAt: '2026-11-22T08:07:52.185Z',
};

export const PROFILE = {
  source: 'sample',
  id: '1568065716224000016',
  username: 'crimp_coach_ana',
  name: 'Ana Beltran',
  bio: 'Climbing coach for youth squads and nervous adults. Former route setter.',
  location: 'Siurana',
  followers: 560,
  postsHeld: 0,
};

export const ARCHIVE = {
  name: 'twitter-archive.zip',
  bytes: 48_210_944,
  kind: 'x',
  owner: 'ada_example',
  madeAt: '2026-11-20T17:30:00.000Z',
  addedAt: '2026-11-22T08:07:50.000Z',
  posts: 3_162,
};

export const SESSION = {
  id: 'monday',
  lastJobAt: '2026-11-22T08:07:50.000Z',
  jobs: 3,
  byStatus: { running: 1, completed: 2 },
};

/** The log of a job. */
export const JOB_LOG = {
  lines: [{ at: '2026-11-22T02:58:01.214Z', text: '20 posts (20 new), 20 so far.' }],
  position: 55,
  dropped: 0,
};
