/**
 * What is built for. `electron45` is what ships. `electron25` is for tests on a real Electron in places
 * that can only get that old one: the same sources with the same settings, in older syntax.
 */
const TARGETS = {
  // The command line's: the oldest Node on which bin/branchline.js starts it in its own process.
  electron45: { node: 'node24.18', chrome: 'chrome152', cli: 'node22' },
  electron25: { node: 'node18.15', chrome: 'chrome114', cli: 'node18.15' },
} as const;

/** The target of this build: BRANCHLINE_BUILD_TARGET. */
export const target = chosenTarget(process.env.BRANCHLINE_BUILD_TARGET ?? 'electron45');

/** Where the bundles go. Inside the checkout, so that better-sqlite3 is found from there. */
export const out = process.env.BRANCHLINE_BUILD_OUT ?? 'out';

/** What has native parts cannot be bundled; it is required from `node_modules`. */
export const NATIVE = ['better-sqlite3', '@napi-rs/keyring'];

/** Native options of ssh2, which does without them; they are not installed. */
export const SSH_OPTIONS = ['cpu-features', /sshcrypto\.node$/];

function chosenTarget(name: string): (typeof TARGETS)[keyof typeof TARGETS] {
  if (name === 'electron45' || name === 'electron25') return TARGETS[name];
  throw new Error(`BRANCHLINE_BUILD_TARGET is "${name}"; known are ${Object.keys(TARGETS).join(', ')}`);
}
