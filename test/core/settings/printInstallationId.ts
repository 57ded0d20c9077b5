import { installationId } from '../../../src/core/settings/installation.ts';

// Run by installation.test.ts as a process of its own.
console.log(installationId(process.argv[2] ?? '', { host: process.argv[3] ?? '', id: 'abc' }));
