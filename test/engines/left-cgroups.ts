// The cgroups that engines leave behind when all their containers are gone.
import { readdirSync, rmdirSync } from 'node:fs';

const leftCgroups = ['libpod_parent', 'payload', 'supervisor', 'lxc.pivot', 'docker', 'default', 'demo'];

/** @returns what takes away those that were not there when this was called */
export function watchLeftCgroups(): () => void {
  const before = new Set(listLeftCgroups());
  return () => {
    for (const path of listLeftCgroups()) if (!before.has(path)) removeCgroups(path);
  };
}

function listLeftCgroups(): string[] {
  const roots = ['/sys/fs/cgroup', ...readdirSync('/sys/fs/cgroup').map((name) => `/sys/fs/cgroup/${name}`)];
  return roots.flatMap((path) =>
    listDirectories(path)
      .filter((name) => leftCgroups.includes(name))
      .map((name) => `${path}/${name}`),
  );
}

function listDirectories(path: string): string[] {
  try {
    return readdirSync(path, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
  } catch {
    return [];
  }
}

/** Empty ones alone: in one that holds a process rmdir(2) fails, and it stays. */
function removeCgroups(path: string): void {
  for (const name of listDirectories(path)) removeCgroups(`${path}/${name}`);
  try {
    rmdirSync(path);
  } catch {
    process.stderr.write(`${path} is in use and stays\n`);
  }
}
