// Takes a snapshot for each line of standard input, and prints it as a line: run wherever nscope is to be asked from.
// A line "bpf" allows BPF, any other does not.
import { createInterface } from 'node:readline';
import { collectSnapshot } from '../../src/collect/collect.ts';
import { wantEverything } from '../../src/model/snapshot/wanted.ts';

for await (const line of createInterface({ input: process.stdin }))
  process.stdout.write(`${JSON.stringify(collectSnapshot({ ...wantEverything, bpf: line === 'bpf' }))}\n`);
