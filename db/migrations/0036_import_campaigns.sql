ALTER TABLE "imports" ADD COLUMN "campaign_id" uuid;--> statement-breakpoint
ALTER TABLE "imports" ADD CONSTRAINT "imports_campaign_id_campaigns_id_fk" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "imports_campaign_id_idx" ON "imports" USING btree ("campaign_id");--> statement-breakpoint
-- Staff of a demand's market answer for it, too: what its enterprise handed them for a campaign they enter by spreadsheet.
ALTER POLICY campaign_answers_insert ON campaign_answers_confidential WITH CHECK (EXISTS (
  SELECT 1 FROM campaign_entries e JOIN demands d ON d.id = e.demand_id
  WHERE e.id = entry_id AND (e.organization_id = duijie_actor_organization()
    OR d.home_market_id = ANY (duijie_actor_markets()))));
