import type { ErrorParams } from '../shared/errors.ts';

/** What the demo tells a person on the way; the sentences are the caller's. */
export type DemoNotice =
  /** Root may not run PostgreSQL; `user` does. */
  | 'demo_system_user'
  | 'demo_system_user_created'
  /** The server's programs lie where its user cannot reach them, so they were copied into `folder`. */
  | 'demo_binaries_copied'
  /** A demo that crashed had left `folder` behind. */
  | 'demo_leftovers_removed'
  /** Steps, in order; `demo_seeding` has `scale`, `demo_ready` has `folder`. */
  | 'demo_servers_starting'
  | 'demo_seeding'
  | 'demo_ready';

export type OnNotice = (notice: DemoNotice, params: ErrorParams) => void;
