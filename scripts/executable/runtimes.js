// Brings the runtimes that executables are made of: packages of npm, one for each platform, each checked against the sum
// that is written here. Nothing of them is run but the one of this machine, which is the compiler.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Of all packages below. */
export const runtimeVersion = '1.4.5';

/** By the platform that an executable is for. */
export const runtimes = {
  'x64-glibc': {
    name: '@oven/bun-linux-x64',
    integrity: 'sha512-IWX9BELoGHAUtMonkeSaNaZwXzRk+oDw6Mk+HBFXd3KHYIBNBsIGRupMZPcgNoDbJpLu6gAJjIoIVPZtt1aJ1g==',
  },
  'x64-musl': {
    name: '@oven/bun-linux-x64-musl',
    integrity: 'sha512-10QoW/YfTgnURaGEaHpJCiXjLI2e5iTtfVDaA5JKcyUzaa1cq6cVUY9/Uq5XkYzvtRjHLRe9Oj/lTDIQcxy8HQ==',
  },
  'arm64-glibc': {
    name: '@oven/bun-linux-aarch64',
    integrity: 'sha512-4BXmsSKnjOrlGWqZV4x/oWa7AVoR+B6lCXddMzOAXBIm3t50eslg9wb66gmtW1AamEQ1l1CDvmmruysEhqOWMg==',
  },
  'arm64-musl': {
    name: '@oven/bun-linux-aarch64-musl',
    integrity: 'sha512-XCNc+WvvMAdNNb+OWTogpy+N9wm62fkVeEVLb6how0RZhW5LPi6c7BlkeVCuWps7XjEl2saFpHFa20/1E+PAHg==',
  },
};

/**
 * @param {keyof typeof runtimes} platform
 * @returns {string} the file of its runtime, which stays in build/runtimes
 * @throws Error where npm does not bring it, or brings another one
 */
export function bringRuntime(platform) {
  const { name, integrity } = runtimes[platform];
  const file = resolve('build', 'runtimes', `${platform}-${runtimeVersion}`);
  if (existsSync(file)) return file;
  const directory = `${file}.tmp`;
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  // With --silent npm prints the name of the tarball and nothing else.
  const packed = run('npm', ['pack', '--silent', `--pack-destination=${directory}`, `${name}@${runtimeVersion}`]);
  const tarball = join(directory, packed.trim());
  const sum = `sha512-${createHash('sha512').update(readFileSync(tarball)).digest('base64')}`;
  if (sum !== integrity) throw new Error(`${name} ${runtimeVersion} has the sum ${sum}, not ${integrity}`);
  run('tar', ['-xzf', tarball, '-C', directory, 'package/bin/bun']);
  renameSync(join(directory, 'package/bin/bun'), file);
  rmSync(directory, { recursive: true });
  return file;
}

function run(command, words) {
  const { status, error, stdout, stderr } = spawnSync(command, words, { encoding: 'utf8' });
  if (error) throw error;
  if (status !== 0) throw new Error(`${command} ${words.join(' ')}: ${stderr.trim()}`);
  return stdout;
}
