-- Lists by status, newest first, and of one type without a look at the jobs themselves.
CREATE INDEX jobs_by_status ON jobs (status, created_at, id, type);
-- Which sessions were used lately, and how the jobs of each stand.
CREATE INDEX jobs_in_sessions ON jobs (created_at, session_id) WHERE session_id IS NOT NULL;
CREATE INDEX jobs_by_session_and_status ON jobs (session_id, status) WHERE session_id IS NOT NULL;
