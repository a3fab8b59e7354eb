import type { StoredProfile } from '../../src/library/library.ts';
import { ProfileRow } from './profile_row.tsx';

/** A table; the CSS shows each row as a card on a phone. */
export function ProfileTable({ profiles }: { profiles: StoredProfile[] }): JSX.Element {
  return (
    <table class="stacked profile-table">
      <thead>
        <tr>
          <th scope="col">Profile</th>
          <th scope="col">Bio</th>
          <th scope="col" class="number">
            Followers
          </th>
          <th scope="col" class="number">
            Saved posts
          </th>
          <th scope="col">Source</th>
          <th scope="col">
            <span class="visually-hidden">Scrape</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {profiles.map((profile) => (
          <ProfileRow profile={profile} />
        ))}
      </tbody>
    </table>
  );
}
