// Prints what nscope detect reads on this kernel, with the truth, in the settings named or in all, a line of JSON
// for each:
//   test/kernels/kernel-vm run 6.1 'node build/js/test/kernel/detect/record.js' > test/analysis/detect/evidence/6.1.jsonl

import { observe } from './observe.ts';
import { settings } from './settings.ts';

const wanted = process.argv.slice(2);
for (const setting of settings.filter(({ name }) => wanted.length === 0 || wanted.includes(name)))
  for (const { setting: name, truth, evidence } of await observe(setting))
    process.stdout.write(`${JSON.stringify({ setting: name, truth, evidence })}\n`);
