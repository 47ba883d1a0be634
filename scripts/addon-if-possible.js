// Builds the addon for `npm start` where that can be done. Without make or a compiler nscope lists what Node alone can
// read, so that is said and no failure; a compiler that fails is one.
import { spawnSync } from 'node:child_process';

const compiler = process.env.CC ?? 'cc';
const missing = ['make', compiler].filter((program) => spawnSync(program, ['--version'], { stdio: 'ignore' }).error);
if (missing.length > 0)
  console.error(
    `nscope: built without its addon, which sees more: ${missing.join(' and ')} not found (Debian: apt-get install gcc libc6-dev make)`,
  );
else process.exitCode = spawnSync('make', ['-s', '-C', 'native'], { stdio: 'inherit' }).status ?? 1;
