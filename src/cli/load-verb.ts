// The program of each verb, loaded when it is asked for and no sooner.
import type { Verb } from './options/verb.ts';
import type { VerbModule } from './table/verb-module.ts';

const programs = new Map<string, () => Promise<VerbModule>>([
  ['audit', () => import('./verbs/audit.ts')],
  ['busy', () => import('./verbs/busy.ts')],
  ['caps', () => import('./verbs/caps.ts')],
  ['ci', () => import('./verbs/ci.ts')],
  ['compare', () => import('./verbs/compare.ts')],
  ['completion', () => import('./completion/run.ts')],
  ['coverage', () => import('./verbs/coverage.ts')],
  ['doctor', () => import('./verbs/doctor.ts')],
  ['detect', () => import('./verbs/detect.ts')],
  ['diff', () => import('./verbs/diff.ts')],
  ['enter', () => import('./verbs/enter.ts')],
  ['graph', () => import('./verbs/graph.ts')],
  ['groups', () => import('./verbs/groups.ts')],
  ['holders', () => import('./verbs/holders.ts')],
  ['init', () => import('./verbs/init.ts')],
  ['lab', () => import('./verbs/lab.ts')],
  ['listns', () => import('./verbs/listns.ts')],
  ['ls', () => import('./verbs/ls.ts')],
  ['mount', () => import('./verbs/mount.ts')],
  ['mounts', () => import('./verbs/mounts.ts')],
  ['net', () => import('./verbs/net.ts')],
  ['orphan', () => import('./verbs/orphan.ts')],
  ['overview', () => import('./verbs/overview.ts')],
  ['pid', () => import('./verbs/pid.ts')],
  ['ps', () => import('./verbs/ps.ts')],
  ['quota', () => import('./verbs/quota.ts')],
  ['run', () => import('./verbs/run.ts')],
  ['show', () => import('./verbs/show.ts')],
  ['snapshot', () => import('./verbs/snapshot.ts')],
  ['top', () => import('./verbs/top.ts')],
  ['tree', () => import('./verbs/tree.ts')],
  ['unmount', () => import('./verbs/unmount.ts')],
  ['watch', () => import('./verbs/watch.ts')],
  ['why', () => import('./verbs/why.ts')],
  ['workloads', () => import('./verbs/workloads.ts')],
]);

export function loadVerb({ name }: Pick<Verb, 'name'>): Promise<VerbModule> {
  const load = programs.get(name);
  if (!load) throw new Error(`the verb ${name} has no program`);
  return load();
}
