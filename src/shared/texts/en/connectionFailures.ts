/** Why a database could not be reached or used: the link, the sign-in, a server that is starting or overloaded. */
export const connectionFailures = {
  source_unreachable: {
    sentence: 'The branch database {{connection}} does not answer, so nothing could be read from it.',
    next: 'Check that its server is switched on and PostgreSQL is running ({{host}}:{{port}}), then sync again.',
  },
  central_unreachable: {
    sentence: 'The head office database does not answer, so nothing could be sent to it.',
    next: 'Check the internet link or VPN to {{host}}:{{port}}. Branchline goes on where it stopped once it answers.',
  },
  source_sign_in: {
    sentence: 'The branch database {{connection}} refused the user name or password.',
    next: 'Check the user, password and database of {{connection}} in the settings, and pg_hba.conf at the branch.',
  },
  central_sign_in: {
    sentence: 'The head office database refused the user name or password.',
    next: 'Ask head office whether the user, password or database has changed, and correct the settings.',
  },
  database_missing: {
    sentence: 'The server {{host}}:{{port}} has no database {{database}}, so {{server}} could not be opened.',
    next: 'Check the name of the database in the settings, and host and port: it may be on another server. Upper and lower case are different in such a name.',
  },
  tls: {
    sentence: 'No trusted encrypted link to {{host}} could be made, so nothing was sent.',
    next: 'Check sslmode and sslrootcert in the settings, and whether the server certificate has expired.',
  },
  tls_not_offered: {
    sentence:
      'The server {{host}} has no TLS (encryption), and the settings ask for it, so nothing was sent.',
    next: 'Ask whoever runs the server to switch TLS on ("ssl = on" in postgresql.conf). Where that cannot be, go through SSH ("ssh"). Only for a server in the same building: set sslmode to prefer.',
  },
  client_certificate: {
    sentence: 'The client certificate for {{server}} cannot be used: {{file}}.',
    next: 'Check that sslcert and sslkey name a certificate and its key (PEM, the key without a passphrase), that they belong together, and that only you can read the key. The technical message says what is wrong.',
  },
  password_missing: {
    sentence: 'There is no password for {{server}}, so signing in was not tried.',
    next: 'Store it with "branchline connection password {{endpoint}}"; or set the environment variable, or add the line to the password file, that the technical message names.',
  },
  cleartext_refused: {
    sentence:
      'The server of {{server}} asks for the password in clear text, and no certificate proves that it is the right server. The password was not sent: somebody on the way could read it.',
    next: 'Switch on TLS at {{host}} and set sslmode to verify-full (or verify-ca), or let this user sign in with scram-sha-256 (pg_hba.conf). To send it all the same, set "allowCleartextPassword": true where this database stands in settings.json.',
  },
  sign_in_method: {
    sentence:
      'The server of {{server}} asks to sign in by {{method}}, which Branchline cannot do. The password was not sent.',
    next: 'Ask for a line in pg_hba.conf of {{host}} that takes the user {{user}} with scram-sha-256.',
  },
  not_postgres: {
    sentence: 'What answers at {{host}}:{{port}} is not PostgreSQL, so {{server}} cannot be reached there.',
    next: 'Check host and port in the settings, and whether a sign-in page of the network or a proxy answers in its place.',
  },
  answer_too_large: {
    sentence:
      'The server of {{server}} sent more in one answer than can be right, so the connection was ended before it filled the memory of this computer.',
    next: 'Let somebody look at the server at {{host}}:{{port}}: no PostgreSQL answers like that. If it is one, send us the log file.',
  },
  connection_lost: {
    sentence: 'The link to {{server}} broke. What had arrived is kept.',
    next: 'Check the network to {{host}}, then resume the batch: the table goes on from its last chunk.',
  },
  connection_ended: {
    sentence:
      'The server of {{server}} ended the connection: it was restarted, or an administrator or a time limit ended it.',
    next: 'Nothing is lost: once the server is up again, resume the batch and the table goes on from its last chunk.',
  },
  connection_frozen: {
    sentence: 'No answer came any more from {{server}}. What had arrived is kept.',
    next: 'Check the network to {{host}} and the load of the server, then resume the batch.',
  },
  no_progress: {
    sentence:
      'Nothing of {{table}} of {{connection}} came or went for {{seconds}} s, and neither database was at work. The connections were cut; what had arrived is kept.',
    next: 'Resume the batch: the table goes on from its last chunk. If it happens again, send us the log file.',
  },
  server_starting: {
    sentence: 'The server of {{server}} is starting up or shutting down and lets nobody in yet.',
    next: 'Wait some minutes, then resume the batch. If it goes on, let somebody look at PostgreSQL on {{host}}:{{port}}.',
  },
  too_many_connections: {
    sentence: 'No connection is free at {{server}}: too many programs are connected.',
    next: 'Resume the batch later. If it happens often, lower sync.parallelTables, or ask for a higher connection limit.',
  },
  server_overloaded: {
    sentence: 'The server of {{server}} has run out of memory or another resource.',
    next: 'Resume the batch later. If it happens again, let somebody look at the load of {{host}}.',
  },
  contention: {
    sentence: 'Another program is working on the same table in {{server}}, and Branchline had to give way.',
    next: 'Resume the batch when the other program is done. An administrator sees in pg_locks who holds the table.',
  },
  central_ddl_locked: {
    sentence:
      'Another program kept a lock at head office that Branchline needs to make or change tables there.',
    next: 'Resume the batch later. If it happens again, let an administrator look in pg_locks who holds the lock.',
  },
  source_snapshot_cancelled: {
    sentence:
      'The branch server is a copy (standby) and cancelled the reading to catch up with its original.',
    next: 'Resume the batch. If it happens often, set hot_standby_feedback = on at the branch.',
  },
} as const;
