// /proc/PID/mounts: proc_pid_mounts(5), in the form of fstab(5).
import { MalformedError } from '../text/malformed.ts';

interface MountsLine {
  readonly source: string;
  readonly mountPoint: string;
  readonly fsType: string;
  readonly options: readonly string[];
}

/** @throws MalformedError for a line with too few fields */
export function parseMounts(text: string): MountsLine[] {
  return text.split('\n').flatMap((line, i) => {
    if (line === '') return [];
    const [source, mountPoint, fsType, options] = line.split(' ');
    if (source === undefined || mountPoint === undefined || fsType === undefined || options === undefined)
      throw new MalformedError('/proc/PID/mounts', i + 1, 'a mount', line);
    return [
      { source: unescapeWord(source), mountPoint: unescapeWord(mountPoint), fsType, options: options.split(',') },
    ];
  });
}

/** Space, tab, newline and backslash are written in octal. */
function unescapeWord(word: string): string {
  return word.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
