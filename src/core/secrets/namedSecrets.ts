import type { Settings } from '../../shared/settings.ts';

/** The environment variables whose values the settings call secret. */
export function secretVariables({ central, connections, notifications }: Settings): readonly string[] {
  const { email, webhook, telegram } = notifications;
  const references = [
    ...[central, ...connections, email].map((one) => one?.password),
    ...[central, ...connections].flatMap(({ ssh }) => [ssh?.password, ssh?.passphrase]),
    webhook?.secret,
    telegram?.token,
    ...Object.values(webhook?.headers ?? {}),
  ];
  return references.flatMap((one) => /^\$\{(.*)\}$/.exec(one ?? '')?.[1] ?? []);
}

/** The values of these variables, and the addresses in the settings that are secrets, to remove them from texts. */
export function namedSecrets(settings: Settings): readonly string[] {
  const { webhook, ping } = settings.notifications;
  const values = secretVariables(settings).flatMap((variable) => process.env[variable] ?? []);
  // Shorter values are no real secrets, and removing them would blank out half of every text.
  return [...values, webhook?.url ?? '', webhook?.to ?? '', ping?.url ?? ''].filter(
    (value) => value.length >= 4,
  );
}
