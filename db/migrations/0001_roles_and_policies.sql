-- Row-level security for confidential rows: the queries ask for an audience, and these policies refuse what the
-- actor may not see even if a query forgets to ask. core/transaction.ts sets the actor, local to each transaction.
CREATE FUNCTION duijie_actor_organization() RETURNS uuid LANGUAGE sql STABLE
  RETURN nullif(current_setting('duijie.organization_id', true), '')::uuid;
--> statement-breakpoint
CREATE FUNCTION duijie_actor_markets() RETURNS uuid[] LANGUAGE sql STABLE
  RETURN coalesce(nullif(current_setting('duijie.market_ids', true), ''), '{}')::uuid[];
--> statement-breakpoint
CREATE FUNCTION duijie_disclosed(record uuid) RETURNS boolean LANGUAGE sql STABLE
  RETURN EXISTS (SELECT 1 FROM disclosures x WHERE x.record_id = record AND x.organization_id = duijie_actor_organization());
--> statement-breakpoint
ALTER TABLE demand_confidential ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE demand_confidential FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY demand_confidential_read ON demand_confidential FOR SELECT USING (
  duijie_disclosed(demand_id) OR EXISTS (
    SELECT 1 FROM demands d WHERE d.id = demand_id
    AND (d.organization_id = duijie_actor_organization() OR d.home_market_id = ANY (duijie_actor_markets()))));
--> statement-breakpoint
CREATE POLICY demand_confidential_insert ON demand_confidential FOR INSERT WITH CHECK (EXISTS (
  SELECT 1 FROM demands d WHERE d.id = demand_id AND d.organization_id = duijie_actor_organization()));
--> statement-breakpoint
CREATE POLICY demand_confidential_update ON demand_confidential FOR UPDATE USING (EXISTS (
  SELECT 1 FROM demands d WHERE d.id = demand_id
  AND (d.organization_id = duijie_actor_organization() OR d.home_market_id = ANY (duijie_actor_markets()))));
--> statement-breakpoint
ALTER TABLE result_confidential ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE result_confidential FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY result_confidential_read ON result_confidential FOR SELECT USING (
  duijie_disclosed(result_id) OR EXISTS (
    SELECT 1 FROM results r WHERE r.id = result_id
    AND (r.organization_id = duijie_actor_organization() OR r.home_market_id = ANY (duijie_actor_markets()))));
--> statement-breakpoint
CREATE POLICY result_confidential_insert ON result_confidential FOR INSERT WITH CHECK (EXISTS (
  SELECT 1 FROM results r WHERE r.id = result_id AND r.organization_id = duijie_actor_organization()));
--> statement-breakpoint
CREATE POLICY result_confidential_update ON result_confidential FOR UPDATE USING (EXISTS (
  SELECT 1 FROM results r WHERE r.id = result_id
  AND (r.organization_id = duijie_actor_organization() OR r.home_market_id = ANY (duijie_actor_markets()))));
--> statement-breakpoint
ALTER TABLE organization_contacts ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE organization_contacts FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY organization_contacts_read ON organization_contacts FOR SELECT USING (
  organization_id = duijie_actor_organization() OR duijie_disclosed(organization_id) OR EXISTS (
    SELECT 1 FROM organizations o WHERE o.id = organization_id
    AND coalesce(o.home_market_id, o.parent_id, o.id) = ANY (duijie_actor_markets())));
--> statement-breakpoint
-- Registration has no organization yet: whoever registers writes the first contact of a new one.
CREATE POLICY organization_contacts_insert ON organization_contacts FOR INSERT WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY organization_contacts_update ON organization_contacts FOR UPDATE USING (
  organization_id = duijie_actor_organization());
--> statement-breakpoint
ALTER TABLE idempotency_keys ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE idempotency_keys FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY idempotency_keys_own ON idempotency_keys USING (
  actor = current_setting('duijie.actor', true) OR current_setting('duijie.actor', true) = 'system:housekeeping');
--> statement-breakpoint
-- The owner's organization and the home market's brokers, as for demand_confidential and result_confidential; not a
-- counterparty to whom the record was disclosed: files come after a confidentiality agreement, which there is not yet.
CREATE FUNCTION duijie_owns_record(type text, record uuid) RETURNS boolean LANGUAGE sql STABLE
  RETURN CASE type
    WHEN 'demand' THEN EXISTS (
      SELECT 1 FROM demands d WHERE d.id = record AND d.organization_id = duijie_actor_organization())
    WHEN 'result' THEN EXISTS (
      SELECT 1 FROM results r WHERE r.id = record AND r.organization_id = duijie_actor_organization())
    ELSE false END;
--> statement-breakpoint
CREATE FUNCTION duijie_brokers_record(type text, record uuid) RETURNS boolean LANGUAGE sql STABLE
  RETURN CASE type
    WHEN 'demand' THEN EXISTS (
      SELECT 1 FROM demands d WHERE d.id = record AND d.home_market_id = ANY (duijie_actor_markets()))
    WHEN 'result' THEN EXISTS (
      SELECT 1 FROM results r WHERE r.id = record AND r.home_market_id = ANY (duijie_actor_markets()))
    ELSE false END;
--> statement-breakpoint
ALTER TABLE attachments ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE attachments FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY attachments_read ON attachments FOR SELECT USING (
  duijie_owns_record(record_type, record_id) OR duijie_brokers_record(record_type, record_id));
--> statement-breakpoint
CREATE POLICY attachments_insert ON attachments FOR INSERT WITH CHECK (duijie_owns_record(record_type, record_id));
--> statement-breakpoint
CREATE POLICY attachments_update ON attachments FOR UPDATE USING (duijie_owns_record(record_type, record_id));
--> statement-breakpoint
CREATE POLICY attachments_delete ON attachments FOR DELETE USING (duijie_owns_record(record_type, record_id));
--> statement-breakpoint
REVOKE UPDATE, DELETE, TRUNCATE ON audit_entries FROM duijie_app;
--> statement-breakpoint
REVOKE UPDATE, TRUNCATE ON messages FROM duijie_app;
