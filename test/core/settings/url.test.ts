import { describe, expect, test } from 'vitest';
import { describeIssues } from '../../../src/core/settings/problems.ts';
import { settingsSchema } from '../../../src/shared/settings.ts';

const connections = [{ id: 'a', url: 'postgresql://reader@10.0.0.5/idempiere' }];

function endpoint(fields: object) {
  return settingsSchema.parse({ central: fields, connections }).central;
}

function problems(fields: object): string[] {
  const raw = { central: fields, connections };
  const issues = settingsSchema.safeParse(raw).error?.issues ?? [];
  return describeIssues(issues, raw, 'en').map(({ path, reason }) => `${path}: ${reason}`);
}

describe('a URL in place of host to user', () => {
  test('is expanded, with its parameters and the defaults', () => {
    const url =
      'postgres://branch%40line@hq.example:6432/marketing%20dash?sslmode=verify-full&connect_timeout=5';
    const central = endpoint({ url, sslrootcert: 'hq-ca.pem' });
    expect(central).toMatchObject({
      host: 'hq.example',
      port: 6432,
      user: 'branch@line',
      database: 'marketing dash',
      sslmode: 'verify-full',
      sslrootcert: 'hq-ca.pem',
      connectTimeoutSeconds: 5,
    });
    expect(central).not.toHaveProperty('url');
  });

  test('works for connections, IPv6 addresses and socket folders', () => {
    expect(
      settingsSchema.parse({ central: { url: 'postgres://u@h/d' }, connections }).connections[0],
    ).toMatchObject({
      host: '10.0.0.5',
      port: 5432,
    });
    expect(endpoint({ url: 'postgres://u@[fd00::1]:5433/db' })).toMatchObject({
      host: 'fd00::1',
      port: 5433,
    });
    expect(endpoint({ url: 'postgres://u@%2Fvar%2Frun%2Fpostgresql/db' }).host).toBe('/var/run/postgresql');
  });

  test.each([
    'postgres://u:hunter2@hq/db',
    'postgres://u@hq/db?password=hunter2',
    'postgres://u:hunter2@hq:port/db',
    'postgres://u:hunter2@a,b/db',
  ])('is refused with a password in it, which is not repeated: %s', (url) => {
    const found = problems({ url });
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/^central\.url: must (not hold a password|look like)/);
    expect(JSON.stringify(found)).not.toContain('hunter2');
  });

  test('is refused together with what it says', () => {
    expect(
      problems({ url: 'postgres://u@hq/db?sslmode=require', host: 'hq', port: 1, sslmode: 'prefer' }),
    ).toEqual([
      'central.host: is said by "url" already: keep one of the two',
      'central.port: is said by "url" already: keep one of the two',
      'central.sslmode: is said by "url" already: keep one of the two',
    ]);
  });

  test('is refused where it says too little, or what nobody knows', () => {
    expect(problems({ url: 'postgres://hq' })).toEqual([
      'central.url: names no database: it must look like postgres://user@host:5432/database',
      'central.url: names no user: it must look like postgres://user@host:5432/database',
    ]);
    expect(problems({ url: 'postgres://u@hq/db?sslcrl=x' })[0]).toMatch(
      /parameter "sslcrl" that is not known here/,
    );
    expect(problems({ url: 'postgres://u@hq/db?sslmode=full' })[0]).toMatch(
      /^central\.url: must be one of disable/,
    );
    expect(problems({ url: 'mysql://u@hq/db' })[0]).toMatch(/^central\.url: must look like/);
    expect(problems({ url: 5 })[0]).toMatch(/^central\.url: must look like/);
  });

  test('does not hide the other problems of its endpoint', () => {
    expect(problems({ url: 'nonsense', layout: 'x', zebra: 1 })).toEqual([
      'central.url: must look like postgres://user@host:5432/database',
      'central.layout: must be one of auto, stamp, merge, schema',
      'central.zebra: is no setting that Branchline knows',
    ]);
  });
});
