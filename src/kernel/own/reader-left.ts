// Whether the reader of standard output has closed the pipe. poll(2) reports it by POLLERR; a write would report it
// too, but only when there is something to write.
import { fstatSync } from 'node:fs';
import { loadAddon } from '../addon/addon.ts';
import { awaitReadiness } from './readiness.ts';

/**
 * @param left - called once the reader of a pipe or socket has left; never for a file or a terminal
 * @returns ends the waiting
 */
export function awaitReader(left: () => void): () => void {
  const found = loadAddon();
  const stat = fstatSync(1);
  if ('missing' in found || !(stat.isFIFO() || stat.isSocket())) return () => {};
  const stop = awaitReadiness(found.addon, [
    {
      fd: 1,
      // No condition but those that are always told of: EPOLLERR, EPOLLHUP.
      events: 0,
      ready: () => {
        stop();
        left();
      },
    },
  ]);
  return stop;
}
