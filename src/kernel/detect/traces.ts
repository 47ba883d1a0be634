// What container engines leave behind for the programs that they start. The files lie below the root of the process, where
// its user may have put anything.
import { readFileSync } from 'node:fs';
import type { DetectEvidence } from '../../model/evidence/detect-evidence.ts';
import { isKnown, type Known } from '../../model/snapshot/known.ts';
import { parseVariable } from '../../parse/proc/environment.ts';
import { attempt } from '../files/files.ts';
import { lookAtShaped, readShapedFile } from '../files/shaped-files.ts';
import type { ShapedPath } from '../files/shaped-path.ts';

/** Docker and Podman; https://systemd.io/CONTAINER_INTERFACE for /run/systemd/container. */
const files = ['/.dockerenv', '/run/.containerenv', '/run/systemd/container', '/run/host/container-manager'];
/** Those that hold one word. */
const withWord = /(?:container|manager)$/;
const maxBytes = 4096;

/**
 * What was found, one sentence for each: a file's path with what it says, `container=` with where it stands; and what was
 * refused or did not answer.
 * @param pid - the process in whose root to look; undefined for nscope's own
 * @param trusts - whose files count: of others the process's user may have mounted what he may not read
 */
export function readTraces(
  pid: number | undefined,
  procIsMounted: boolean,
  trusts: (uid: number) => boolean,
): Pick<DetectEvidence, 'traces' | 'unreadTraces'> {
  const root: Pick<ShapedPath, 'root'> = pid === undefined ? {} : { root: `/proc/${pid}/root` };
  const traces: string[] = [];
  const unread: string[] = [];
  for (const file of files) {
    const trace = readTrace({ ...root, path: file, links: 'directories', trusts }, withWord.test(file));
    if (isKnown(trace)) traces.push(trace === '' ? file : `${file} says ${trace}`);
    else if (trace.detail !== undefined) unread.push(trace.detail);
  }
  for (const directory of procIsMounted ? new Set([pid ?? 'self', 1]) : []) {
    const bytes = attempt(() => readFileSync(`/proc/${directory}/environ`));
    const value = isKnown(bytes) ? parseVariable(bytes, 'container') : undefined;
    if (value !== undefined) traces.push(`container=${value} in /proc/${directory}/environ`);
  }
  return unread.length > 0 ? { traces, unreadTraces: unread } : { traces };
}

/** The word in a file, or nothing where it needs none. What is no regular file is no trace. */
function readTrace(path: ShapedPath, hasWord: boolean): Known<string> {
  if (hasWord) {
    const text = readShapedFile(path, maxBytes);
    return isKnown(text) ? text.trim() : text;
  }
  const look = lookAtShaped(path);
  if (!isKnown(look)) return look;
  if (look.type === 'file') return '';
  return { unknown: 'unsupported', detail: `refused: ${path.root ?? ''}${path.path} is not a regular file` };
}
