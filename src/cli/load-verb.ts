// The program of each verb, loaded when it is asked for and no sooner.
import type { Verb, VerbModule } from './verb.ts';

const programs = new Map<string, () => Promise<VerbModule>>([
  ['caps', () => import('./caps.ts')],
  ['compare', () => import('./compare.ts')],
  ['completion', () => import('./completion/run.ts')],
  ['detect', () => import('./detect.ts')],
  ['diff', () => import('./diff.ts')],
  ['enter', () => import('./enter.ts')],
  ['groups', () => import('./groups.ts')],
  ['holders', () => import('./holders.ts')],
  ['init', () => import('./init.ts')],
  ['lab', () => import('./lab.ts')],
  ['listns', () => import('./listns.ts')],
  ['ls', () => import('./ls.ts')],
  ['mount', () => import('./mount.ts')],
  ['orphan', () => import('./orphan.ts')],
  ['pid', () => import('./pid.ts')],
  ['ps', () => import('./ps.ts')],
  ['run', () => import('./run.ts')],
  ['show', () => import('./show.ts')],
  ['snapshot', () => import('./snapshot.ts')],
  ['top', () => import('./top.ts')],
  ['tree', () => import('./tree.ts')],
  ['unmount', () => import('./unmount.ts')],
  ['watch', () => import('./watch.ts')],
  ['workloads', () => import('./workloads.ts')],
]);

export function loadVerb({ name }: Verb): Promise<VerbModule> {
  const load = programs.get(name);
  if (!load) throw new Error(`the verb ${name} has no program`);
  return load();
}
