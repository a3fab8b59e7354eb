import { counted } from '../../src/text/format.ts';
import { urlTo } from '../../src/text/urls.ts';
import { Filter } from '../forms/filter.tsx';
import { Page } from '../layouts/page.tsx';
import { LivePart } from '../live_part.tsx';
import { ProfileTable } from '../profiles/profile_table.tsx';
import type { Layout, ProfilesModel } from '../view_models.ts';
import { NextPage } from './pagination.tsx';

export function ProfilesPage({ layout, model }: { layout: Layout; model: ProfilesModel }) {
  const { page, query } = model;
  return (
    <Page title="People" current="/profiles" layout={layout} styles={['posts.css']}>
      <h1>People</h1>
      <Filter
        action={urlTo('/profiles')}
        label="Filter people"
        placeholder="Name, username or bio"
        words={query.q}
        maxlength={500}
      />
      {/* The list refreshes only while it is empty: buttons must not move under the pointer. */}
      <LivePart id="profiles" follow={page.profiles.length === 0}>
        <ProfileList model={model} />
      </LivePart>
    </Page>
  );
}

function ProfileList({ model: { page, query, nextHref } }: { model: ProfilesModel }): JSX.Element {
  if (page.profiles.length === 0) return <NoProfiles q={query.q} />;
  return (
    <>
      <p class="total" safe>
        {counted(page.total, 'profile')}
      </p>
      <ProfileTable profiles={page.profiles} />
      <NextPage href={nextHref} label="More profiles" />
    </>
  );
}

function NoProfiles({ q }: { q: string }): JSX.Element {
  if (q !== '') {
    return (
      <p class="empty">
        No profiles match. <a href={urlTo('/profiles')}>Show all profiles</a>, or{' '}
        <a href={urlTo('/discover')}>discover</a> new ones.
      </p>
    );
  }
  return (
    <p class="empty">
      No profiles yet. <a href={urlTo('/discover')}>Discover</a> some, or{' '}
      <a href={urlTo('/scrape')}>scrape</a> a user.
    </p>
  );
}
