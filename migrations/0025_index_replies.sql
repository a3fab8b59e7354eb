-- A post is shown with the replies to it.
CREATE INDEX posts_by_reply ON posts (source, in_reply_to_id) WHERE in_reply_to_id IS NOT NULL;
