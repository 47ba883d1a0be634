// /proc/PID/uid_map and gid_map: user_namespaces(7).
import { MalformedError } from '../text/malformed.ts';

/** One line: `count` ids from `inside` are those from `outside` in the reader's or the parent's view. */
export interface IdMapLine {
  readonly inside: number;
  readonly outside: number;
  readonly count: number;
}

/** @throws MalformedError when a line is not three numbers */
export function parseIdMap(text: string, file = '/proc/PID/uid_map'): IdMapLine[] {
  return text.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return [];
    const match = /^\s*(\d+)\s+(\d+)\s+(\d+)\s*$/.exec(line);
    if (!match) throw new MalformedError(file, index + 1, 'a mapping of three numbers', line);
    return [{ inside: Number(match[1]), outside: Number(match[2]), count: Number(match[3]) }];
  });
}
