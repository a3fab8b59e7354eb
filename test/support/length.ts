/**
 * Whether generated tests try all that is worth trying, as with `npm run test:long`. `npm test` tries a part, with
 * another seed each time.
 */
export const IS_LONG = process.env.XGPT_TEST_LONG === 'on';
