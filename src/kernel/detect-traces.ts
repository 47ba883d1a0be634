// What container engines leave behind for the programs that they start.
import { readFileSync } from 'node:fs';
import { isKnown } from '../model/known.ts';
import { parseVariable } from '../parse/environment.ts';
import { attempt, readIdentity, readTextFile } from './files.ts';

/** Docker and Podman; https://systemd.io/CONTAINER_INTERFACE for /run/systemd/container. */
const files = ['/.dockerenv', '/run/.containerenv', '/run/systemd/container', '/run/host/container-manager'];

/**
 * One sentence for each trace: a file's path, with what it says, and `container=` with where it stands.
 * @param pid - the process in whose root to look; undefined for nscope's own
 */
export function readTraces(pid: number | undefined, procIsMounted: boolean): string[] {
  const root = pid === undefined ? '' : `/proc/${pid}/root`;
  const traces = files.flatMap((file) => {
    if (!isKnown(readIdentity(root + file))) return [];
    const word = file.endsWith('container') || file.endsWith('manager') ? readTextFile(root + file) : '';
    return [isKnown(word) && word.trim() !== '' ? `${file} says ${word.trim()}` : file];
  });
  for (const directory of procIsMounted ? new Set([pid ?? 'self', 1]) : []) {
    const bytes = attempt(() => readFileSync(`/proc/${directory}/environ`));
    const value = isKnown(bytes) ? parseVariable(bytes, 'container') : undefined;
    if (value !== undefined) traces.push(`container=${value} in /proc/${directory}/environ`);
  }
  return traces;
}
