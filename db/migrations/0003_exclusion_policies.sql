-- The owner and its brokers, and the actor that refreshes matches; not a party that was let in to the demand.
ALTER TABLE demand_exclusions ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE demand_exclusions FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY demand_exclusions_read ON demand_exclusions FOR SELECT USING (
  current_setting('duijie.actor', true) = 'system:refresh-matches'
  OR duijie_owns_record('demand', demand_id) OR duijie_brokers_record('demand', demand_id));
--> statement-breakpoint
CREATE POLICY demand_exclusions_insert ON demand_exclusions FOR INSERT WITH CHECK (
  duijie_owns_record('demand', demand_id));
--> statement-breakpoint
CREATE POLICY demand_exclusions_delete ON demand_exclusions FOR DELETE USING (
  duijie_owns_record('demand', demand_id));
