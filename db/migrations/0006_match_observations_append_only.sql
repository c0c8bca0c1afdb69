REVOKE UPDATE, DELETE, TRUNCATE ON match_observations FROM duijie_app;
