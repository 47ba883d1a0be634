// Why a command could not be started in the namespaces that were asked for.

/** The namespaces or what belongs to them could not be had. Exit status 2. */
export class LaunchError extends Error {
  override readonly name = 'LaunchError';
  readonly code = 'NSCOPE_LAUNCH';
  /** Of a command that ends with it. */
  readonly exitStatus = 2;
}

/** The command itself could not be started: 127 where there is none, 126 where it cannot be executed. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly code = 'NSCOPE_COMMAND';
  readonly status: 126 | 127;

  constructor(message: string, status: 126 | 127, cause?: unknown) {
    super(message, { cause });
    this.status = status;
  }
}
