// A program: runs the command several times in one process, since starting Node costs more than a listing. Its argument is
// --version, which the command prints when it is loaded; the command lines stand in NSCOPE_TEST_RUNS, as JSON.
import { writeSync } from 'node:fs';
import { main } from '../../../src/cli/main.ts';

// What the command does when it is loaded is asynchronous: the same once more ends after it.
await main(['--version']);
const statuses: number[] = [];
for (const words of JSON.parse(process.env['NSCOPE_TEST_RUNS'] ?? '[]') as string[][]) {
  for (const fd of [1, 2]) writeSync(fd, '\x1e');
  statuses.push(await main(words));
}
for (const fd of [1, 2]) writeSync(fd, '\x1e');
writeSync(1, JSON.stringify(statuses));
process.exitCode = 0;
