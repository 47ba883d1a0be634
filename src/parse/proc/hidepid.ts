// The option hidepid of a mount of procfs, as mountinfo shows it: proc(5).

const words: Readonly<Record<string, string>> = { off: '0', noaccess: '1', invisible: '2', ptraceable: '4' };

/** The option as a number, which younger kernels write as a word: 0 is not shown. */
export function parseHidepid(superOptions: string): string {
  const value = /(?:^|,)hidepid=([^,]+)/.exec(superOptions)?.[1] ?? '0';
  return words[value] ?? value;
}
