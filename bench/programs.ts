// The C programs of the bench: compiled when they are missing or old, into build/bench.
import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';

export type BenchProgram = 'load' | 'readlinks' | 'netlinks' | 'measure' | 'mountinfo' | 'turnover';

/** @returns the path of the program, made from bench/NAME.c */
export function buildProgram(name: BenchProgram): string {
  const source = join('bench', `${name}.c`);
  const target = join('build', 'bench', name);
  const built = statSync(target, { throwIfNoEntry: false });
  if (built && built.mtimeMs > statSync(source).mtimeMs) return target;
  mkdirSync(join('build', 'bench'), { recursive: true });
  execFileSync('cc', ['-O2', '-Wall', '-Wextra', '-Werror', source, '-o', `${target}.new`], { stdio: 'inherit' });
  renameSync(`${target}.new`, target);
  return target;
}
