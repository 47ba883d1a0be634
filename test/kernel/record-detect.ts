// Prints what nscope detect reads in every setting on this kernel, with the truth, as JSON for test/analysis/detect/evidence:
//   test/kernels/kernel-vm run 6.1 'node build/js/test/kernel/record-detect.js' > test/analysis/detect/evidence/6.1.json
import { settings } from './detect-settings.ts';
import { observe } from './observe-detect.ts';

const lines: string[] = [];
for (const setting of settings)
  for (const { setting: name, truth, evidence } of await observe(setting))
    lines.push(JSON.stringify({ setting: name, truth, evidence }));
process.stdout.write(`[\n${lines.join(',\n')}\n]\n`);
