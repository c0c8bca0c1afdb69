-- What stands in the index already gets its new columns from the records. A result's keywords also hold names and patent
-- numbers, which its next change or a rebuild brings.
UPDATE search_documents s SET
  keywords = d.keywords || d.code, money_band = d.budget_band, activity_type = d.activity_type,
  language = d.language, valid_until = d.valid_until
FROM demands d WHERE s.kind = 'demand' AND s.id = d.id;
--> statement-breakpoint
UPDATE search_documents s SET
  keywords = r.keywords || r.code, money_band = r.price_band, stage = r.stage,
  ipr_kinds = ARRAY(SELECT DISTINCT item ->> 'kind' FROM jsonb_array_elements(r.ipr) item),
  language = r.language, valid_until = r.valid_until
FROM results r WHERE s.kind = 'result' AND s.id = r.id;
