-- A post is shown with its thread: those that belong to the same one, and the replies to each.
CREATE INDEX posts_by_thread ON posts (thread_id, source) WHERE thread_id IS NOT NULL;
CREATE INDEX posts_by_reply ON posts (in_reply_to_id, source) WHERE in_reply_to_id IS NOT NULL;
