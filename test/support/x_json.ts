/** The JSON of X's GraphQL answers, as far as a client reads it, for invented people and posts. */

export interface XUser {
  id: string;
  username: string;
  name: string;
  bio?: string;
  bioLinks?: { url: string; expanded_url: string }[];
  isProtected?: boolean;
  /** Who has blocked the connected account. */
  blocksUs?: boolean;
  followers?: number;
  /** Default: as many as `posts`. */
  statuses?: number;
  /** The fields of 2023 in `legacy` instead of those of today. */
  old?: boolean;
}

export interface XPost {
  id: string;
  text: string;
  createdAt?: Date;
  /** Default: the user whose timeline it is. */
  author?: XUser;
  language?: string;
  likes?: number;
  /** The text in full; `text` is then the cut one. */
  note?: { text: string; urls?: { url: string; expanded_url: string }[] };
  urls?: { url: string; expanded_url: string }[];
  media?: Record<string, unknown>[];
  mentions?: { id_str: string; screen_name: string; indices: [number, number] }[];
  displayFrom?: number;
  replyTo?: { postId: string; user: XUser; threadId?: string };
  quote?: { id: string; post?: unknown; permalink?: { url: string; expanded: string } };
  /** The JSON of the original; `{}` when X does not show it. */
  repost?: unknown;
  versions?: string[];
  /** Fields that replace those of `legacy`. */
  legacy?: Record<string, unknown>;
  /** Fields that replace those beside `legacy`. */
  fields?: Record<string, unknown>;
}

/** An entry of a timeline: a post, or anything else as X sends it. */
export type XEntry = XPost | { raw: unknown; entryId: string };

export function userJson(user: XUser, statuses = user.statuses ?? 0): Record<string, unknown> {
  const names = {
    screen_name: user.username,
    name: user.name,
    created_at: 'Sat Mar 05 08:00:00 +0000 2016',
  };
  const legacy = {
    default_profile: true,
    default_profile_image: false,
    description: user.bio ?? '',
    entities: { description: { urls: user.bioLinks ?? [] } },
    fast_followers_count: 0,
    favourites_count: 340,
    followers_count: user.followers ?? 12,
    friends_count: 7,
    has_custom_timelines: false,
    is_translator: false,
    listed_count: 2,
    media_count: 31,
    needs_phone_verification: false,
    normal_followers_count: user.followers ?? 12,
    pinned_tweet_ids_str: [],
    possibly_sensitive: false,
    profile_banner_url: `https://media.example/profile_banners/${user.id}/1700000000`,
    profile_interstitial_type: '',
    statuses_count: statuses,
    translator_type: 'none',
    want_retweets: false,
    withheld_in_countries: [],
  };
  const common = {
    __typename: 'User',
    id: btoa(`User:${user.id}`),
    rest_id: user.id,
    affiliates_highlighted_label: {},
    has_graduated_access: true,
    is_blue_verified: false,
    parody_commentary_fan_label: 'None',
    profile_image_shape: 'Circle',
    tipjar_settings: {},
  };
  if (user.old) {
    return { ...common, legacy: { ...legacy, ...names, protected: user.isProtected ?? false } };
  }
  return {
    ...common,
    core: names,
    avatar: { image_url: `https://media.example/${user.username}_normal.jpg` },
    location: { location: '' },
    privacy: { protected: user.isProtected ?? false },
    relationship_perspectives: { following: false, blocked_by: user.blocksUs ?? false },
    verification: { verified: false },
    dm_permissions: { can_dm: false },
    media_permissions: { can_media_tag: true },
    profile_description_language: 'en',
    legacy,
  };
}

export function tweetJson(post: XPost, owner?: XUser): Record<string, unknown> {
  const author = post.author ?? owner;
  if (!author) throw new Error(`The post ${post.id} has no author.`);
  const { versions = [post.id] } = post;
  const edits = {
    edit_tweet_ids: versions,
    editable_until_msecs: '1767225600000',
    is_edit_eligible: true,
    edits_remaining: '5',
  };
  return {
    __typename: 'Tweet',
    rest_id: post.id,
    core: { user_results: { result: userJson(author) } },
    unmention_data: {},
    edit_control:
      versions.length > 1
        ? { initial_tweet_id: versions[0], edit_control_initial: edits }
        : { ...edits },
    is_translatable: false,
    views: { count: '120', state: 'EnabledWithCount' },
    source: '<a href="https://client.example" rel="nofollow">Web</a>',
    grok_analysis_button: true,
    quick_promote_eligibility: { eligibility: 'IneligibleNotProfessional' },
    ...(post.note && {
      note_tweet: {
        is_expandable: true,
        note_tweet_results: {
          result: {
            id: btoa(`NoteTweetResults:${post.id}`),
            text: post.note.text,
            entity_set: { urls: post.note.urls ?? [], user_mentions: [], hashtags: [] },
          },
        },
      },
    }),
    ...(post.quote?.post !== undefined && { quoted_status_result: { result: post.quote.post } }),
    legacy: legacyJson(post, author),
    ...post.fields,
  };
}

function legacyJson(post: XPost, author: XUser): Record<string, unknown> {
  const { replyTo, quote, media = [] } = post;
  const length = [...post.text].length;
  return {
    bookmark_count: 0,
    created_at: xDate(post.createdAt ?? new Date('2026-05-04T09:30:00Z')),
    conversation_id_str: replyTo?.threadId ?? replyTo?.postId ?? post.id,
    display_text_range: [post.displayFrom ?? 0, length],
    entities: {
      hashtags: [],
      symbols: [],
      timestamps: [],
      urls: post.urls ?? [],
      user_mentions: post.mentions ?? [],
      ...(media.length > 0 && { media }),
    },
    ...(media.length > 0 && { extended_entities: { media } }),
    favorite_count: post.likes ?? 3,
    favorited: false,
    possibly_sensitive: false,
    possibly_sensitive_editable: true,
    full_text: post.text,
    id_str: post.id,
    is_quote_status: quote !== undefined,
    lang: post.language ?? 'en',
    quote_count: 0,
    reply_count: 1,
    retweet_count: 2,
    retweeted: false,
    user_id_str: author.id,
    ...(replyTo && {
      in_reply_to_screen_name: replyTo.user.username,
      in_reply_to_status_id_str: replyTo.postId,
      in_reply_to_user_id_str: replyTo.user.id,
    }),
    ...(quote && {
      quoted_status_id_str: quote.id,
      ...(quote.permalink && { quoted_status_permalink: quote.permalink }),
    }),
    ...(post.repost !== undefined && {
      retweeted_status_result: post.repost === null ? {} : { result: post.repost },
    }),
    ...post.legacy,
  };
}

/** `Mon May 04 09:30:00 +0000 2026` */
export function xDate(date: Date): string {
  const [weekday = '', day, month, year, time] = date.toUTCString().replace(',', '').split(' ');
  return `${weekday} ${month} ${day} ${time} +0000 ${year}`;
}

export function tweetItem(result: unknown, more: Record<string, unknown> = {}) {
  return {
    itemType: 'TimelineTweet',
    __typename: 'TimelineTweet',
    clientEventInfo: { component: 'tweet', element: 'tweet' },
    tweet_results: result === undefined ? {} : { result },
    tweetDisplayType: 'Tweet',
    ...more,
  };
}

export function itemEntry(entryId: string, itemContent: unknown) {
  return {
    entryId,
    sortIndex: '1900000000000000000',
    content: {
      entryType: 'TimelineTimelineItem',
      __typename: 'TimelineTimelineItem',
      itemContent,
    },
  };
}

/** Several posts of one conversation. */
export function moduleEntry(entryId: string, contents: unknown[]) {
  return {
    entryId,
    sortIndex: '1900000000000000000',
    content: {
      entryType: 'TimelineTimelineModule',
      __typename: 'TimelineTimelineModule',
      displayType: 'VerticalConversation',
      items: contents.map((itemContent, index) => ({
        entryId: `${entryId}-tweet-${index}`,
        item: { itemContent },
      })),
    },
  };
}

export function promotedEntry(post: XPost) {
  return itemEntry(
    `promoted-tweet-${post.id}-1a2b3c`,
    tweetItem(tweetJson(post), {
      promotedMetadata: { advertiser_results: {}, impressionId: '1a2b3c' },
    }),
  );
}

export function userEntry(user: XUser) {
  return itemEntry(`user-${user.id}`, {
    itemType: 'TimelineUser',
    __typename: 'TimelineUser',
    user_results: { result: userJson(user) },
    userDisplayType: 'User',
  });
}

export function cursorEntry(type: 'Top' | 'Bottom', value: string) {
  return {
    entryId: `cursor-${type.toLowerCase()}-${value}`,
    sortIndex: '1800000000000000000',
    content: {
      entryType: 'TimelineTimelineCursor',
      __typename: 'TimelineTimelineCursor',
      value,
      cursorType: type,
    },
  };
}

/** What X shows instead of a post that it does not show. */
export function tombstone(text: string) {
  return { __typename: 'TweetTombstone', tombstone: { text: { rtl: false, text, entities: [] } } };
}

/** A post that X shows behind a warning. */
export function limitedTweet(tweet: unknown, more: Record<string, unknown>) {
  return { __typename: 'TweetWithVisibilityResults', tweet, ...more };
}
