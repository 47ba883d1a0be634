// Which of two versions of Linux is the newer one: uname(2)

/**
 * Whether a kernel is as new as a version of Linux.
 * @param release - as uname(2) has it, such as 6.1.0-50-amd64
 */
export function isKernelSince(release: string, major: number, minor: number): boolean {
  const [ownMajor = 0, ownMinor = 0] = release.split('.').map((part) => Number.parseInt(part, 10));
  return ownMajor > major || (ownMajor === major && ownMinor >= minor);
}
