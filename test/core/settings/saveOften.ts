import { saveSettings } from '../../../src/core/settings/change.ts';

// Run by change.test.ts as a process of its own: saves files of very different lengths, many times.
const central = { host: 'hq', database: 'dash', user: 'branchline' };
const folder = process.argv[2] ?? '';
for (let days = 1; days <= 200; days++) {
  const connections = Array.from({ length: (days % 2) * 500 }, (_, i) => ({
    ...central,
    id: `branch_${i}`,
    host: `10.0.0.${i}`,
  }));
  saveSettings(folder, { central, connections, retention: { days } });
}
