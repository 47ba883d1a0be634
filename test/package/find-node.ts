// Other versions of Node, and Node for another architecture: from the packages of npm that hold the binary and no script.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The name of the package, for a skip that says what is missing. */
export function nodePackage(arch: string, version: string): string {
  return `node-linux-${arch}@${version}`;
}

/** The program, kept in build/ for the next time; undefined when the package cannot be had. */
export function findNode(arch: string, version: string): string | undefined {
  const kept = resolve('build', 'runtimes', `node-linux-${arch}-${version}`);
  if (existsSync(kept)) return kept;
  mkdirSync(resolve('build', 'runtimes'), { recursive: true });
  const directory = mkdtempSync(resolve('build', 'runtimes', 'new-'));
  try {
    const words = ['pack', '--silent', '--pack-destination', directory, nodePackage(arch, version)];
    if (spawnSync('npm', words, { timeout: 300_000 }).status !== 0) return undefined;
    const tarball = join(directory, `node-linux-${arch}-${version}.tgz`);
    execFileSync('tar', ['-xzf', tarball, '-C', directory, 'package/bin/node']);
    renameSync(join(directory, 'package/bin/node'), kept);
    return kept;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
