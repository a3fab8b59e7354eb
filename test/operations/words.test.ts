import { describe, expect, test } from 'bun:test';
import { resultNotes, resultSummary, sentence } from '../../src/operations/words.ts';

const SAMPLE = { label: 'the synthetic sample', pageMs: 150, pageSize: 20 };

describe('a sentence says before a start', () => {
  const values = { username: 'aurora_lab', maxTweets: '1000', source: 'x' };
  const price = { costPerPost: 0.005, currency: 'USD' };
  const paid = (left: number, costs = {}) => ({
    ...SAMPLE,
    label: 'X',
    price: { ...price, budget: { left, ...costs } },
  });
  const asked = { scrape: values, search: { query: 'jazz' }, discover: { query: 'jazz' } };
  const most = { maxTweets: '1000', maxResults: '1000' };
  const types = ['scrape', 'search', 'discover'] as const;
  const notes = (type: (typeof types)[number], pace: ReturnType<typeof paid>, given = {}) =>
    sentence(type, { ...asked[type], ...most, ...given }, pace).replace(
      /^.*?\.(?: (?=[A-Z])|$)/,
      '',
    );

  test.each(types)('that nothing is left of the budget, or too little: %s', (type) => {
    expect(notes(type, paid(0))).toBe(
      'Nothing is left of the budget: raise or reset it on the Sources page first.',
    );
    expect(notes(type, paid(20, { least: 30 }))).toBe(
      'The budget has only $0.10 left (20 posts), too little to begin: raise or reset it on the Sources page first.',
    );
    expect(notes(type, paid(30, { least: 30 }))).toContain('left (30 posts): the job stops there.');
  });

  test('that the budget does not, or may not, cover it', () => {
    expect(notes('scrape', paid(839))).toBe(
      'The budget has only $4.20 left (839 posts): the job stops there.',
    );
    expect(notes('scrape', paid(1_000))).toBe('');
    expect(notes('scrape', paid(1_001, { lookup: 2 }))).toContain('stops there');
    expect(notes('scrape', paid(1_002, { lookup: 2 }))).toBe('');
    expect(notes('scrape', paid(839), { onlyNew: 'true' })).toContain('(839 posts)');
    expect(notes('search', paid(999))).toContain('the job stops there');
    expect(notes('search', paid(2_999))).toContain('the job may stop there');
    expect(notes('search', paid(3_000))).toBe('');
    expect(notes('discover', paid(2_999))).toContain('the job stops there');
    expect(notes('discover', paid(74_999))).toContain('the job may stop there');
    expect(notes('discover', paid(75_000))).toBe('');
    expect(notes('discover', paid(75_000), { scrape: 'true' })).toContain('may stop there');
  });

  test('that the service does not go as far back, and estimates what it gives', () => {
    const reach = { posts: 3_200, withoutReplies: 800 };
    const pace = { ...SAMPLE, label: 'X', price, reach };
    const all = { ...values, maxTweets: 'all' };
    expect(sentence('scrape', all, pace)).toBe(
      'Reads up to 10,000 posts of @aurora_lab from X, about 6 s, about $4.00.' +
        ' Only the newest 800 posts (3,200 with replies) of an author can be read from X.',
    );
    expect(sentence('scrape', { ...all, includeReplies: 'true' }, pace)).toEndWith(
      'about $16.00. Only the newest 3,200 posts of an author can be read from X.',
    );
    expect(sentence('scrape', { ...values, maxTweets: '800' }, pace)).not.toContain('Only');
    const found = { query: 'tea', maxResults: '5', maxTweets: '801' };
    expect(sentence('discover', { ...found, scrape: 'true' }, pace)).toContain('newest 800');
    expect(sentence('discover', { ...found, scrape: 'false' }, pace)).not.toContain('newest');
    const days = (typed: string) =>
      sentence(
        'search',
        { query: 'tea', maxTweets: '5', days: typed },
        { ...pace, reach: { days: 7 } },
      );
    for (const typed of ['', '8']) {
      expect(days(typed)).toEndWith('. Only posts of the last 7 days can be read from X.');
    }
    expect(days('7')).not.toContain('Only');
  });
});

describe('scrape', () => {
  const values = { username: 'aurora_lab', maxTweets: '1000', source: 'sample' };

  test('says how much of whom, from where and how long', () => {
    expect(sentence('scrape', values, SAMPLE)).toBe(
      'Reads up to 1,000 posts of @aurora_lab from the synthetic sample, about 8 s.',
    );
  });

  test('says which kinds are included', () => {
    expect(
      sentence('scrape', { ...values, includeReplies: 'true', includeRetweets: 'true' }, SAMPLE),
    ).toContain('Reads up to 1,000 posts, replies and reposts included, of @aurora_lab');
  });

  test('gives no time for a source whose pace is not known', () => {
    expect(sentence('scrape', values, { ...SAMPLE, pageMs: 0 })).toBe(
      'Reads up to 1,000 posts of @aurora_lab from the synthetic sample.',
    );
  });

  test('says how much and how long at most with only what is new', () => {
    const onlyNew = { ...values, onlyNew: 'true' };
    const price = { costPerPost: 0.005, currency: 'USD' };
    const words = (source?: object) =>
      sentence('scrape', onlyNew, source && { ...SAMPLE, label: 'X', ...source });
    expect(words({ price })).toBe(
      'Reads up to 1,000 new posts of @aurora_lab from X, down to those of the last run, at most about 8 s, about $5.00.',
    );
    expect(words({ pageMs: 0, price })).toEndWith(' of the last run, at most about $5.00.');
    expect(words({})).toEndWith(' of the last run, at most about 8 s.');
    expect(words()).toEndWith(' of the last run.');
  });

  test('takes an absent number for the default, and an empty one for none', () => {
    const { maxTweets: _, ...rest } = values;
    expect(sentence('scrape', rest)).toStartWith('Reads up to 100 posts');
    expect(sentence('scrape', { ...rest, maxTweets: '' })).toStartWith('Enter the number');
    expect(sentence('search', { query: 'tea' })).toStartWith('Reads up to 100 latest posts');
    expect(sentence('discover', { query: 'tea' })).toStartWith('Finds up to 20 profiles');
  });

  test('says what it costs where it costs money', () => {
    const paid = { ...SAMPLE, label: 'X', price: { costPerPost: 0.005, currency: 'USD' } };
    expect(sentence('scrape', values, paid)).toBe(
      'Reads up to 1,000 posts of @aurora_lab from X, about 8 s, about $5.00.',
    );
    expect(sentence('search', { query: 'jazz', maxTweets: '100' }, paid)).toEndWith(
      'from X, about 1 s, $0.50 to $1.50.',
    );
    expect(sentence('discover', { query: 'jazz', maxResults: '20' }, paid)).toContain(
      'from X, about 1 s, $0.30 to $7.50, and keeps them.',
    );
  });

  test('an archive needs no user', () => {
    expect(sentence('scrape', { maxTweets: '1', source: 'archive', archive: 'mine.zip' })).toBe(
      'Reads up to 1 post from the archive mine.zip. Replies and reposts are left out.',
    );
  });

  test.each([
    [{}, 'Reads all posts from the archive mine.zip. Replies and reposts are left out.'],
    [
      { includeReplies: 'true' },
      'Reads all posts, replies included, from the archive mine.zip. Reposts are left out.',
    ],
    [
      { includeReplies: 'true', includeRetweets: 'true' },
      'Reads all posts, replies and reposts included, from the archive mine.zip.',
    ],
  ])('C1: says before an import with %o what is left out', (ticks, said) => {
    const given = { maxTweets: '', source: 'archive', archive: 'mine.zip', ...ticks };
    expect(sentence('scrape', given)).toBe(said);
  });

  test('asks for what is missing or no number', () => {
    expect(sentence('scrape', { ...values, username: ' ' })).toStartWith('Enter a username');
    expect(sentence('scrape', { ...values, maxTweets: '1e' })).toStartWith(
      'Enter the number of posts',
    );
    expect(sentence('scrape', { ...values, maxTweets: '0' })).toStartWith(
      'Enter the number of posts',
    );
  });
});

describe('search', () => {
  const values = { query: 'space, jazz ,tea', maxTweets: '100', mode: 'latest' };

  test('says which posts, how far back and what then', () => {
    expect(sentence('search', { ...values, days: '7', embed: 'true' }, SAMPLE)).toBe(
      'Reads up to 100 latest posts about “space”, “jazz” or “tea” of the last 7 days from the synthetic sample, about 1 s, then embeds them.',
    );
  });

  test('knows the other mode', () => {
    expect(sentence('search', { ...values, mode: 'top' })).toContain('100 top posts');
  });

  test('asks for terms', () => {
    expect(sentence('search', { ...values, query: ' , ' })).toStartWith('Enter one or more terms');
  });
});

test('discover says whether the profiles are kept', () => {
  const values = { query: 'climbing coach', maxResults: '20' };
  expect(sentence('discover', { ...values, save: 'true' }, SAMPLE)).toBe(
    'Finds up to 20 profiles for “climbing coach” from the synthetic sample, about 1 s, and keeps them.',
  );
  expect(sentence('discover', { ...values, save: 'false' })).toEndWith('without keeping them.');
  expect(sentence('discover', { maxResults: '20' })).toStartWith('Enter what to look for');
});

test('embed says how much waits', () => {
  expect(sentence('embed', { waiting: '1240', model: 'MiniLM', batchSize: '32' })).toBe(
    'Embeds 1,240 posts without a vector with MiniLM, 32 at a time.',
  );
  expect(sentence('embed', { waiting: '0' })).toStartWith('Every post has a vector.');
  expect(sentence('embed', {})).toBe('Embeds every post without a vector.');
});

test('a type it does not know has no sentence', () => {
  expect(sentence('other', {})).toBe('');
});

test('a run for what is new says when there is no earlier one to compare with', () => {
  const result = { username: 'ida_k', posts: 100, newPosts: 0, firstRun: true };
  const [note] = resultNotes({ type: 'scrape', status: 'completed', result }, 'page');
  expect(note).toStartWith('No earlier run has read this author with the same choice of replies');
});

describe('C1: the result of an import', () => {
  const job = (result: object) => ({ type: 'scrape', status: 'completed', result }) as const;
  const some = { username: 'ida_k', posts: 3, newPosts: 3, leftOut: { replies: 6, reposts: 3 } };

  test('says in short how much was left out', () => {
    expect(resultSummary(job(some))).toBe('3 posts of @ida_k, 3 new, 9 left out');
    expect(resultSummary(job({ ...some, leftOut: undefined }))).toBe('3 posts of @ida_k, 3 new');
    expect(resultSummary(job({ posts: 0, newPosts: 0, leftOut: { replies: 1 } }))).toBe(
      'no posts, 1 left out',
    );
  });

  test('does not repeat the author beside the name that was asked for', () => {
    expect(resultSummary(job(some), { username: 'Ida_K' })).toBe('3 posts, 3 new, 9 left out');
    expect(resultSummary(job(some), { username: 'ida' })).toStartWith('3 posts of @ida_k, ');
    expect(resultSummary(job(some), { archive: 'mine.zip' })).toStartWith('3 posts of @ida_k, ');
  });

  test('names the options by which it is taken, as they are called where it is read', () => {
    expect(resultNotes(job(some), 'page')).toEqual([
      '6 replies and 3 reposts were left out. Tick “Include replies” and “Include reposts” to read them too.',
    ]);
    expect(resultNotes(job(some), 'terminal')).toEqual([
      '6 replies and 3 reposts were left out. Add --replies and --reposts to read them too.',
    ]);
    expect(resultNotes(job({ ...some, leftOut: { replies: 1 } }), 'api')).toEqual([
      '1 reply was left out. Send includeReplies=true to read it too.',
    ]);
  });

  test('says what no option takes, and what the maximum has cut off', () => {
    const leftOut = { foreign: 2, promoted: 1, unreadable: 1 };
    expect(resultNotes(job({ ...some, leftOut, notRead: 1_220 }), 'page')).toEqual([
      '2 posts of other accounts and 1 advertisement were left out.',
      '1 entry could not be read. The log says which.',
      'The maximum was reached: 1,220 more posts were not read. Empty “Maximum posts” to read all.',
    ]);
  });

  test('says nothing of a job that has not completed, or of a result of another version', () => {
    expect(resultNotes({ ...job(some), status: 'failed' }, 'page')).toEqual([]);
    expect(resultNotes(job({ ...some, leftOut: 'much', notRead: 'x' }), 'page')).toEqual([]);
  });
});
