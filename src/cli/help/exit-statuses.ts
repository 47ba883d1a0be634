// What the exit status of nscope says: one table for help, manual page and docs/reference/errors.md.

/** The status as it is written, a number or N, and what it says. */
export type ExitStatus = readonly [status: string, meaning: string];

/** Of every verb, unless it has a meaning of its own for one. Errors carry theirs as `exitStatus`. */
export const exitStatuses: readonly ExitStatus[] = [
  ['0', 'answered'],
  ['1', 'what was asked for is not there, or no row was chosen'],
  ['2', 'the command line or a file is wrong, or the host gave nothing to read'],
];

/** Of a verb whose status 1 is an answer: what is not there has another one, or "no" would be said of it. */
export const failureOfAnswer: ExitStatus = [
  '2',
  'what was asked for is not there, the command line or a file is wrong, or the host gave nothing to read',
];

/** Whether status 1 is an answer of the verb. */
export function answersByOne({ statuses = [] }: { readonly statuses?: readonly ExitStatus[] }): boolean {
  return statuses.some(([status]) => status === '1');
}

/** Of a verb that starts a command; what is wrong before that has the status of every verb. */
export const commandStatuses: readonly ExitStatus[] = [
  ['N', 'the status of the command'],
  ['126', 'the command cannot be executed'],
  ['127', 'there is no such command'],
  ['128+N', 'the command was killed by signal N'],
];

/** Those of a verb: its own instead of, or after, those that every verb has. */
export function listExitStatuses({ statuses = [] }: { readonly statuses?: readonly ExitStatus[] }): ExitStatus[] {
  const own = new Map(statuses);
  const all = exitStatuses.map(([status, meaning]): ExitStatus => [status, own.get(status) ?? meaning]);
  return [...all, ...statuses.filter(([status]) => !exitStatuses.some(([known]) => known === status))];
}
