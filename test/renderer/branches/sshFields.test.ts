import { expect, test } from 'vitest';
import { draftOf } from '../../../src/renderer/pages/branches/model/changes.ts';
import { fieldOfPath, fieldsOf, missingIn } from '../../../src/renderer/pages/branches/model/fields.ts';
import type { SettingsFile } from '../../../src/shared/settings.ts';

const ssh = { host: 'hq.example', port: 2222, user: 'branch', keyFile: 'hq_key', keepAliveSeconds: 30 };
const place = { host: '127.0.0.1', database: 'dashboard', user: 'branchline' };
const document: SettingsFile = { central: { ...place, ssh }, connections: [] };
const target = { kind: 'central' } as const;

function written(changes: object): unknown {
  const initial = fieldsOf({ ...document.central });
  const draft = draftOf(document, { target, initial, fields: { ...initial, ...changes } });
  return draft.kind === 'central' ? draft.central.ssh : null;
}

test('an SSH server is shown as its fields', () => {
  expect(fieldsOf({ ...document.central })).toMatchObject({
    ssh: 'yes',
    sshHost: 'hq.example',
    sshPort: '2222',
    sshUser: 'branch',
    sshSignIn: 'key',
    sshKeyFile: 'hq_key',
    sshCompress: 'yes',
  });
  expect(fieldsOf(place)).toMatchObject({ ssh: '', sshPort: '22', sshSignIn: 'key' });
});

test('what was changed is written, and what the form does not know stays', () => {
  expect(written({})).toEqual(ssh);
  expect(written({ sshPort: '22', sshCompress: '' })).toEqual({
    host: 'hq.example',
    user: 'branch',
    keyFile: 'hq_key',
    keepAliveSeconds: 30,
    compress: false,
  });
  const { keyFile: _, ...rest } = ssh;
  expect(written({ sshSignIn: 'agent' })).toEqual({ ...rest, agent: true });
  expect(written({ sshSignIn: 'password' })).toEqual(rest);
  expect(written({ ssh: '' })).toBeUndefined();
});

test('only what the chosen way needs must be filled in', () => {
  const fields = { ...fieldsOf(place), ssh: 'yes' };
  expect(missingIn(fields, 'central')).toEqual(['sshHost', 'sshUser', 'sshKeyFile']);
  expect(missingIn({ ...fields, sshSignIn: 'agent' }, 'central')).toEqual(['sshHost', 'sshUser']);
  expect(missingIn({ ...fields, ssh: '' }, 'central')).toEqual([]);
});

test('a problem is shown at its field', () => {
  expect(fieldOfPath('central.ssh.host')).toBe('sshHost');
  expect(fieldOfPath('connections[2].ssh.keyFile')).toBe('sshKeyFile');
  expect(fieldOfPath('central.ssh.agent')).toBe('sshSignIn');
  expect(fieldOfPath('central.ssh.keepAliveSeconds')).toBeNull();
});
