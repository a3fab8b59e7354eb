/** What the official API charges for a post, in US dollars. */
export const DEFAULT_COST_PER_POST = 0.005;

/** X charges twice as much for a user as for a post, so a user counts as two posts of the budget. */
export const POSTS_PER_USER = 2;
