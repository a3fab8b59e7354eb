import type { Account, Entry, Label, StoredPost, World } from './world.ts';

/** What the service answers with, as the lexicons have it. */

export function basicView(account: Account) {
  return {
    did: account.did,
    handle: account.handle,
    ...(account.displayName && { displayName: account.displayName }),
    avatar: `https://cdn.example/img/avatar/plain/${account.did}@jpeg`,
    labels: labelViews(account.labels, account, account.did),
    createdAt: '2024-02-03T04:05:06.000Z',
  };
}

export function profileView(account: Account) {
  return {
    ...basicView(account),
    ...(account.description && { description: account.description }),
  };
}

export function detailedView(account: Account) {
  return {
    ...profileView(account),
    ...(account.website && { website: account.website }),
    followersCount: account.followers,
    followsCount: 3,
    postsCount: account.entries.filter(({ repost }) => !repost).length,
  };
}

export function postView(post: StoredPost) {
  return {
    uri: post.uri,
    cid: post.cid,
    author: basicView(post.author),
    record: post.record,
    ...(post.embed && { embed: post.embed }),
    likeCount: post.likes,
    repostCount: 2,
    replyCount: 1,
    quoteCount: 0,
    bookmarkCount: 0,
    indexedAt: post.indexedAt,
    labels: labelViews(post.labels, post.author, post.uri),
  };
}

export function feedItem(world: World, { post, repost }: Entry) {
  const { reply } = post.record as {
    reply?: { root: { uri: string }; parent: { uri: string } };
  };
  const shown = ({ uri }: { uri: string }) => {
    const found = world.posts.get(uri);
    return found
      ? { $type: 'app.bsky.feed.defs#postView', ...postView(found) }
      : { $type: 'app.bsky.feed.defs#notFoundPost', uri, notFound: true };
  };
  return {
    post: postView(post),
    ...(reply && { reply: { root: shown(reply.root), parent: shown(reply.parent) } }),
    ...(repost && {
      reason: {
        $type: 'app.bsky.feed.defs#reasonRepost',
        ...repost,
        by: basicView(repost.by),
      },
    }),
  };
}

function labelViews(labels: Label[], { did }: Account, uri: string) {
  return labels.map((label) => ({ src: did, uri, cts: '2026-01-01T00:00:00.000Z', ...label }));
}

/** The view of a quoted post. */
export function quoteView(post: StoredPost) {
  const { uri, cid, author, record, indexedAt } = post;
  return {
    $type: 'app.bsky.embed.record#viewRecord',
    uri,
    cid,
    author: basicView(author),
    value: record,
    indexedAt,
  };
}
