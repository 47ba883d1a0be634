// Which kernel a test runs on.
import { release } from 'node:os';

/** Whether this is Linux `major`.`minor` or younger. */
export function isLinuxSince(major: number, minor: number): boolean {
  const [ownMajor = 0, ownMinor = 0] = release().split('.').map(Number);
  return ownMajor > major || (ownMajor === major && ownMinor >= minor);
}
