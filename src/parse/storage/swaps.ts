// /proc/swaps: what the kernel swaps to. proc_swaps(5)

export interface SwapArea {
  /** Of the device or file, as it is called where nscope is. */
  readonly path: string;
  readonly isFile: boolean;
}

export function parseSwaps(text: string): SwapArea[] {
  return text
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [, path, type] = /^(\S+)\s+(partition|file)\s/.exec(line) ?? [];
      return path === undefined ? [] : [{ path: readEscapes(path), isFile: type === 'file' }];
    });
}

/** The kernel writes space, tab, newline and backslash in octal: seq_path(9). */
function readEscapes(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
