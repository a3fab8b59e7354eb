import { POSTS_PER_USER } from './prices.ts';

/** A page of an author's posts: the smallest and the largest, and what an item costs at most, in posts. */
export const TIMELINE_PAGE = { min: 5, max: 100, cost: 1 };

/** The same of a search. X charges for the author of each post as well, unless it has been charged for today. */
export const SEARCH_PAGE = { min: 10, max: 100, cost: 1 + POSTS_PER_USER };

/** Posts of an author that X gives at most. */
export const MAX_POSTS = 3_200;
export const MAX_WITHOUT_REPLIES = 800;

/** How far back a search goes. */
export const SEARCHED_DAYS = 7;
