-- A draft and its answer are their author's own: besides the author, the handler that answers and the sweep that
-- deletes what nobody fetched may see them. The two names are those that the jobs act under (workers/).
ALTER TABLE match_previews ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE match_previews FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY match_previews_own ON match_previews USING (
  actor = current_setting('duijie.actor', true)
  OR current_setting('duijie.actor', true) IN ('system:preview-matches', 'system:sweep-previews'));
