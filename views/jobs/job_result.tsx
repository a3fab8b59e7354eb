import type { Job } from '../../src/jobs/job.ts';
import { cut, MAX_NAME } from '../../src/text/cut.ts';
import { JobFacts } from './job_facts.tsx';

/** So many people or terms are led to, each by name. */
const MAX_NAMES = 20;

/** Nothing is found by a longer text, in UTF-16 code units. */
const MAX_TERM = 500;

/** What a job returned, and the way to what it collected. */
export function JobResult({ job }: { job: Job }): JSX.Element {
  if (typeof job.result !== 'object' || job.result === null) return '';
  const { found: _, ...facts } = job.result as Record<string, unknown>;
  const links = linksOf(job);
  return (
    <section class="report-result">
      <h2>Result</h2>
      <JobFacts facts={facts} />
      {links.length > 0 && (
        <ul class="result-links">
          {links.map(({ words, path, query }) => (
            <li>
              <a href={`${path}?${new URLSearchParams(query)}`} safe>
                {words}
              </a>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

interface Link {
  words: string;
  path: '/posts' | '/profiles';
  query: Record<string, string>;
}

function linksOf({ type, metadata = {}, result }: Job): Link[] {
  const { username = metadata.username, saved, found, scraped } = result as Record<string, unknown>;
  const { query } = metadata;
  switch (type as string) {
    case 'scrape':
      return typeof username === 'string' ? [postsOf(username)] : [];
    case 'search':
      return typeof query === 'string' ? query.split(',', MAX_NAMES).flatMap(postsAbout) : [];
    case 'discover':
      if (typeof scraped === 'number') return namesOf(found).slice(0, MAX_NAMES).map(postsOf);
      return saved === false ? [] : profilesFound(namesOf(found));
    case 'embed':
      return [{ words: 'Search posts by meaning', path: '/posts', query: { by: 'meaning' } }];
    default:
      return [];
  }
}

function postsOf(username: string): Link {
  const author = cut(username.trim().replace(/^@/, ''), MAX_NAME);
  return { words: `Posts of @${author}`, path: '/posts', query: { author } };
}

function postsAbout(term: string): Link[] {
  const q = term.trim();
  if (q === '' || q.length > MAX_TERM) return [];
  return [{ words: `Posts about “${cut(q, MAX_NAME)}”`, path: '/posts', query: { q } }];
}

function profilesFound(names: string[]): Link[] {
  const each = names
    .slice(0, MAX_NAMES)
    .map(
      (name): Link => ({ words: `@${cut(name, MAX_NAME)}`, path: '/profiles', query: { q: name } }),
    );
  if (names.length <= MAX_NAMES) return each;
  return [...each, { words: 'All profiles', path: '/profiles', query: {} }];
}

function namesOf(found: unknown): string[] {
  if (!Array.isArray(found)) return [];
  return found.filter(
    (name): name is string => typeof name === 'string' && name.length <= MAX_TERM,
  );
}
