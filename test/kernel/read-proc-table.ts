// Reads a table of made-up processes and prints it: a program, since the addon is loaded once in a process or not at all.
//   read-proc-table.js ROOT MAX_BYTES
import { readProcTable } from '../../src/kernel/proc-table.ts';

export const tableNames = ['1', '22', '333', '4444', '22/task/23'];

const [root = '', maxBytes = ''] = process.argv.slice(2);
if (root !== '') {
  const question = {
    root,
    names: tableNames,
    links: ['ns/net', 'ns/none', 'ns/strange'],
    files: ['stat', 'missing', 'large', 'empty', 'directory'],
    maxFileBytes: Number(maxBytes),
  };
  const entries = [...readProcTable(question)].map((entry) => ({
    ...entry,
    files: entry.files.map((file) => (typeof file === 'number' ? file : file.toString('base64'))),
  }));
  process.stdout.write(JSON.stringify(entries));
}
