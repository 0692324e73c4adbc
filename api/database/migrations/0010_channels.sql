-- What a connected account calls itself, for people to recognise it by.
ALTER TABLE app.channels ADD COLUMN name text;

-- When did an account last hear from anybody?
CREATE INDEX deliveries_account ON app.deliveries (channel, account_id, received_at);
