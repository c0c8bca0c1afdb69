-- A secret goes in with the organization whose endpoint it is for, and comes out to the handler that signs; nobody else
-- reads it, and nothing changes it. Deleting an endpoint takes its secrets along: that is the owner of the tables' doing.
ALTER TABLE webhook_secrets ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE webhook_secrets FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY webhook_secrets_insert ON webhook_secrets FOR INSERT WITH CHECK (EXISTS (
  SELECT 1 FROM webhooks w WHERE w.id = webhook_id AND w.organization_id = duijie_actor_organization()));
--> statement-breakpoint
CREATE POLICY webhook_secrets_sign ON webhook_secrets FOR SELECT USING (
  current_setting('duijie.actor', true) = 'system:deliver-webhook');
--> statement-breakpoint
CREATE POLICY webhook_secrets_expire ON webhook_secrets FOR DELETE USING (
  current_setting('duijie.actor', true) = 'system:deliver-webhook');
--> statement-breakpoint
REVOKE UPDATE, TRUNCATE ON webhook_secrets FROM duijie_app;
