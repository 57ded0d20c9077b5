import { join, sep } from 'node:path';
import { expect, test } from 'vitest';
import { windowFile } from '../../src/app/windowFiles.ts';

const root = join(sep, 'program', 'renderer');

test('a built file is found with its type', () => {
  expect(windowFile(root, '/assets/index-1a2b.js')).toEqual({
    path: join(root, 'assets', 'index-1a2b.js'),
    type: 'text/javascript; charset=utf-8',
  });
});

test('nothing outside the folder is served, however it is spelled', () => {
  const ways = [
    '/../main/main.js',
    '/%2e%2e/x.html',
    '/..%2f..%2fx.html',
    '/..%5cx.html',
    '/a%00.html',
    '/%',
  ];
  for (const way of ways) expect(windowFile(root, way)).toBeNull();
  expect(windowFile(root, '/../renderer-of-another/x.html')).toBeNull();
});

test('a type that the build does not make is not served', () => {
  for (const way of ['/', '/settings.json', '/main.cjs', '/index']) expect(windowFile(root, way)).toBeNull();
});
