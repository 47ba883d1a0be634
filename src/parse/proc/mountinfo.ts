// /proc/PID/mountinfo: proc_pid_mountinfo(5).
import { MalformedError } from '../text/malformed.ts';

export interface MountLine {
  readonly id: number;
  readonly parentId: number;
  /** major:minor of st_dev. */
  readonly device: string;
  /** What of the file system is mounted; for a namespace `net:[4026532992]`. */
  readonly root: string;
  readonly mountPoint: string;
  readonly options: string;
  /** shared:N, master:N, propagate_from:N, unbindable. */
  readonly propagation: readonly string[];
  readonly fsType: string;
  readonly source: string;
  readonly superOptions: string;
}

/** @throws MalformedError for a line without the separator or too few fields */
export function parseMountinfo(text: string): MountLine[] {
  const lines: MountLine[] = [];
  let number = 0;
  for (const line of text.split('\n')) {
    number++;
    if (line === '') continue;
    const words = line.split(' ');
    const dash = words.indexOf('-', 6);
    const [id, parentId, device, root, mountPoint, options] = words;
    const [fsType, source, superOptions] = dash < 0 ? [] : words.slice(dash + 1);
    if (
      id === undefined ||
      parentId === undefined ||
      device === undefined ||
      root === undefined ||
      mountPoint === undefined ||
      options === undefined ||
      fsType === undefined ||
      !/^\d+ \d+$/.test(`${id} ${parentId}`)
    )
      throw new MalformedError('/proc/PID/mountinfo', number, 'a mount', line);
    lines.push({
      id: Number(id),
      parentId: Number(parentId),
      device,
      root: unescapePath(root),
      mountPoint: unescapePath(mountPoint),
      options,
      propagation: words.slice(6, dash),
      fsType,
      source: unescapePath(source ?? ''),
      superOptions: superOptions ?? '',
    });
  }
  return lines;
}

/** The group of `shared:5 master:2` that a name has; 0 where there is none. */
export function readPropagationGroup(
  propagation: readonly string[],
  name: 'shared' | 'master' | 'propagate_from',
): number {
  const word = propagation.find((one) => one.startsWith(`${name}:`));
  return word === undefined ? 0 : Number(word.slice(name.length + 1));
}

/** The kernel writes space, tab, newline and backslash in octal: seq_path(9). */
function unescapePath(path: string): string {
  return path.includes('\\')
    ? path.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
    : path;
}
