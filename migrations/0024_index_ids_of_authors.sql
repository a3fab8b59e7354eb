-- An author is deleted with the posts that have an earlier name of the account.
CREATE INDEX posts_by_author_id ON posts (source, author_id) WHERE author_id IS NOT NULL;
