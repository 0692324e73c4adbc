-- Who remembers an account to send from hears that it has changed.
CREATE FUNCTION app.tell_of_channels() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('app_channels', '');
    RETURN NULL;
END $$;
CREATE TRIGGER told AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON app.channels
    FOR EACH STATEMENT EXECUTE FUNCTION app.tell_of_channels();
