// How many guests run side by side, whichever test files start them: each keeps one processor busy.
import { createServer, type Server } from 'node:net';
import { availableParallelism, totalmem } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

export const guestMemoryMib = 1536;

export const guestsAtOnce = Math.max(
  1,
  Math.min(availableParallelism(), Math.floor(totalmem() / 2 ** 20 / (2 * guestMemoryMib))),
);

/** Waits for one of the machine's places for guests, and keeps it until the returned function is called. */
export async function takeSlot(): Promise<() => void> {
  for (;;) {
    for (let slot = 0; slot < guestsAtOnce; slot++) {
      const held = await hold(slot);
      if (held) return () => held.close();
    }
    await sleep(200);
  }
}

/** An address of the kernel's, which goes with its process: none is ever left over. */
function hold(slot: number): Promise<Server | undefined> {
  return new Promise((resolve, fail) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(undefined) : fail(error),
    );
    server.listen(`\0nscope-guest-${slot}`, () => resolve(server));
  });
}
