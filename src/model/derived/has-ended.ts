// Whether a process has ended. A leader that has while threads of its process live on looks like a zombie, and is not
// one.

/** A parent may be about to wait: fewer of one parent mean nothing. */
export const fewestZombies = 3;

/**
 * Z is a zombie, X one that is being removed: proc_pid_stat(5). A process is there until its last thread ends, and until
 * then it counts its leader among its threads.
 */
export function hasEnded({ state, threads }: { readonly state: string; readonly threads: number }): boolean {
  return (state === 'Z' || state === 'X') && threads <= 1;
}
