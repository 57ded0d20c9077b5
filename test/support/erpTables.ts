/** 120 tables of 25 columns, as an ERP has them, each with other names: an ordinary batch. */
export const MANY = `DO $$ BEGIN FOR n IN 1..120 LOOP
  EXECUTE format('CREATE TABLE c_document_%s (c_document_id numeric(10) NOT NULL PRIMARY KEY,
    ad_client_id numeric(10) NOT NULL DEFAULT 0, isactive char(1) NOT NULL DEFAULT ''Y'',
    created timestamp NOT NULL DEFAULT now(), %s)', n,
    (SELECT string_agg(format(CASE k % 3 WHEN 0 THEN 'attribute_%s varchar(60)' WHEN 1 THEN 'amount_%s_id numeric'
       ELSE 'updated_%s timestamp' END, k), ', ') FROM generate_series(5, 25) k));
  EXECUTE format('INSERT INTO c_document_%s (c_document_id) SELECT generate_series(1, 20)', n);
END LOOP; END $$`;
