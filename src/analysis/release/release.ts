// What releases a holder: a command for a shell, or why there is none.

/** One of both is always there. */
export interface Release {
  /** A command for a POSIX shell that releases this holder and keeps the others; null where none would. */
  readonly release: string | null;
  /** What must happen where there is no command; else what goes with it, or what to do where it does not work. */
  readonly releaseNote?: string;
}

export function noCommand(releaseNote: string): Release {
  return { release: null, releaseNote };
}

/** @param notes - those that are undefined do not apply */
export function byCommand(release: string, notes: readonly (string | undefined)[]): Release {
  const said = notes.filter((note) => note !== undefined);
  return { release, ...(said.length > 0 ? { releaseNote: said.join('; ') } : {}) };
}
