// How far a pid namespace is in its life: pid_namespaces(7).

/**
 * In the order in which each goes through them. `unborn`: it waits for its first process. `alive`: it has an init. `dead`:
 * its init has ended, and no process can be born in it any more.
 */
export const pidNamespaceStages = ['unborn', 'alive', 'dead'] as const;
export type PidNamespaceStage = (typeof pidNamespaceStages)[number];

/** Of what was seen at several times the last: none goes back. */
export function laterStage(one: PidNamespaceStage, other: PidNamespaceStage): PidNamespaceStage {
  return pidNamespaceStages.indexOf(one) < pidNamespaceStages.indexOf(other) ? other : one;
}
