/**
 * What was read of the catalogues of branch and head office, so that only what has changed travels again. Nothing
 * is lost with it but one whole reading.
 */
export const shapeCache = `
CREATE TABLE shape_cache (
  side        TEXT NOT NULL,
  connection  TEXT NOT NULL,
  schema_name TEXT NOT NULL,
  kind        TEXT NOT NULL,
  name        TEXT NOT NULL,
  -- As the server sent it. Its digest is checked by the server at every use.
  facts       TEXT NOT NULL,
  PRIMARY KEY (side, connection, schema_name, kind, name)
) STRICT, WITHOUT ROWID;
`;
