import { withoutFilters } from '../../src/find/typed_text.ts';
import { cut, MAX_NAME } from '../../src/text/cut.ts';
import { understoodText, unrankedText } from '../../src/text/found_text.ts';
import { isolated, quoted } from '../../src/text/isolated.ts';
import { urlTo } from '../../src/text/urls.ts';
import { FindFacets } from '../find/find_facets.tsx';
import { FIELDS, FindForm } from '../find/find_form.tsx';
import { exportHref, findHref } from '../find/find_href.ts';
import { FindWays } from '../find/find_ways.tsx';
import { MarkedNews } from '../find/marked_news.tsx';
import { NewPosts } from '../find/new_posts.tsx';
import { SavedFinds, SaveFind } from '../find/saved_finds.tsx';
import { attributeText } from '../forms/field.tsx';
import { Page } from '../layouts/page.tsx';
import { LivePart } from '../live_part.tsx';
import { AlwaysPictures } from '../posts/always_pictures.tsx';
import { PostArticle } from '../posts/post_article.tsx';
import { SearchNotes } from '../posts/search_notes.tsx';
import type { FindModel, Layout } from '../view_models.ts';
import { NextPage } from './pagination.tsx';

export function FindPage({ layout, model }: { layout: Layout; model: FindModel }): JSX.Element {
  const hasPosts = model.found.posts.length > 0;
  const { saved, savedAs, problem, problems, query } = model;
  const isEmpty = query.q === '' && query.like === undefined;
  const isWrong = Object.keys(problems).length > 0;
  return (
    <Page title={titleOf(model)} current="/find" layout={layout} hasPosts query={query.q}>
      <div class="posts-page">
        <h1>Find</h1>
        <FindForm model={model} />
        {isWrong && <WrongAddress model={model} />}
        <SavedFinds finds={saved} current={savedAs} isOpen={isEmpty} now={layout.now} />
        {query.only !== 'new' && <FindWays query={query} />}
        {!isEmpty && !problem && !isWrong && <SaveFind model={model} />}
        {!isWrong && <MarkedNews model={model} />}
        {hasPosts && offersNew(query) && <NewPosts {...model} />}
        {/* The list refreshes only while it is empty: posts must not move while they are read. */}
        {!isWrong && (
          <LivePart id="posts" follow={!hasPosts}>
            <PostList model={model} now={layout.now} />
          </LivePart>
        )}
      </div>
    </Page>
  );
}

function titleOf({ query: { q }, like }: FindModel): string {
  const subject = q.trim() === '' && like !== undefined ? `Like ${quoted(like)}` : q.trim();
  return subject === '' ? 'Find' : `${isolated(cut(subject, MAX_NAME))} · Find`;
}

/** What cannot be used of the address; what the form has is said beside its fields. */
function WrongAddress({ model: { problems, query } }: { model: FindModel }): JSX.Element {
  const inForm = ['q', ...FIELDS] as readonly string[];
  const others = Object.entries(problems).flatMap(([field, problem]) =>
    inForm.includes(field) ? [] : problem,
  );
  return (
    <div class="result error" role="alert">
      {others.length === 0 ? (
        <p>Nothing was looked for. Correct the fields that are marked.</p>
      ) : (
        <>
          <p safe>{`Nothing was looked for. ${others.join(' ')}`}</p>
          <p>
            <a href={attributeText(findHref(usable(query, problems)))}>Find without it</a>
          </p>
        </>
      )}
    </div>
  );
}

function usable(query: FindModel['query'], problems: FindModel['problems']): FindModel['query'] {
  const { like, after, only, ...rest } = query;
  return { ...rest, ...(like && !problems.like && { like }) };
}

/** Posts that are new have no number where words are no condition. */
function offersNew({ by, like }: FindModel['query']): boolean {
  return by !== 'meaning' && like === undefined;
}

function PostList({ model, now }: { model: FindModel; now: Date }): JSX.Element {
  const { found, query, problem, nextHref, news } = model;
  if (problem) return <Problem problem={problem} />;
  if (found.posts.length === 0) return <NoPosts model={model} />;
  return (
    <>
      <Understood model={model} />
      <DidYouMean model={model} />
      <SearchNotes notes={found.notes} />
      {found.facets ? <FindFacets query={query} facets={found.facets} /> : ''}
      {found.posts.map((post) => (
        <PostArticle post={post} now={now} isNew={news?.posts.has(post)} />
      ))}
      <NextPage href={nextHref} label="More posts" />
      <FindEnd model={model} />
    </>
  );
}

/** How many were found, and how the query was understood. */
function Understood({ model: { found, query } }: { model: FindModel }): JSX.Element {
  const rest = withoutFilters(query.q);
  return (
    <p class="total">
      <span class="understood" safe>
        {understoodText(found)}
      </span>{' '}
      {rest !== query.q.trim() && (
        <a class="small" href={attributeText(findHref(query, { q: rest }))}>
          Without filters
        </a>
      )}
    </p>
  );
}

/** The query with a word that no post has replaced by one that is. */
function DidYouMean({ model: { query, found } }: { model: FindModel }): JSX.Element {
  const { didYouMean: q } = found;
  if (q === undefined) return '';
  return (
    <p class="did-you-mean">
      Did you mean{' '}
      <a href={attributeText(findHref(query, { q }))}>
        <bdi safe>{q}</bdi>
      </a>
      ?
    </p>
  );
}

/** All of what was found, to take away. */
function FindEnd({ model: { query, found } }: { model: FindModel }): JSX.Element {
  return (
    <footer class="find-end">
      {found.unranked !== undefined && (
        <p>
          <span safe>{unrankedText(found)}</span>{' '}
          <a href={attributeText(findHref(query, { sort: 'newest' }))}>Newest first</a>
        </p>
      )}
      <p>
        Download all:{' '}
        <a href={attributeText(exportHref(query, 'csv'))} download="">
          CSV
        </a>{' '}
        <a href={attributeText(exportHref(query, 'jsonl'))} download="">
          JSON lines
        </a>
      </p>
      <AlwaysPictures posts={found.posts} />
    </footer>
  );
}

function Problem({ problem }: { problem: NonNullable<FindModel['problem']> }): JSX.Element {
  return (
    <div class="empty" role="status">
      <p safe>{problem.message}</p>
      <a class="button" href={attributeText(problem.href)} safe>
        {problem.action}
      </a>
    </div>
  );
}

function NoPosts({ model }: { model: FindModel }): JSX.Element {
  const { query, found, isEmpty } = model;
  if (query.only === 'new') {
    return (
      <p class="empty">
        No post is new. <a href={attributeText(findHref(query, { only: undefined }))}>Show all</a>
      </p>
    );
  }
  if (!isEmpty && (query.q !== '' || query.like !== undefined)) {
    return (
      <>
        <p class="empty">
          No posts match.{' '}
          {found.understood === '' ? (
            ''
          ) : (
            <span safe>{`Understood as: ${found.understood}. `}</span>
          )}
          <a href={urlTo('/find')}>Show all posts</a>, or <a href={urlTo('/search')}>search</a> a
          source for more.
        </p>
        <DidYouMean model={model} />
        <SearchNotes notes={found.notes} />
      </>
    );
  }
  return (
    <p class="empty">
      No posts yet. To collect some, <a href={urlTo('/scrape')}>scrape a user</a> or{' '}
      <a href={urlTo('/search')}>search a topic</a>.
    </p>
  );
}
