/** What the official API charges for a post, in US dollars. */
export const DEFAULT_COST_PER_POST = 0.005;

/** X charges twice as much for a user as for a post, so a user counts as two posts of the budget. */
export const POSTS_PER_USER = 2;

/** A search for people reads the authors of posts: this many posts for a profile that is wanted at most. */
export const MAX_POSTS_PER_PROFILE = 25;

/** It ends after as many posts without a profile that is new to it; it may always read as many. */
export const MAX_FRUITLESS_POSTS = 200;
