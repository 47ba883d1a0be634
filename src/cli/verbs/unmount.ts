// nscope unmount: umount(2) of a path, also where no umount(8) is.
import { takeSteps } from '../../kernel/own/spawn.ts';
import { planUnmounting } from '../../launch/plan/program-steps.ts';
import { explainFailure } from '../../launch/start/explain-failure.ts';

export function run([path = '']: readonly string[]): number {
  const failure = takeSteps(planUnmounting(path));
  if (failure) throw explainFailure(failure, { command: 'unmount' });
  return 0;
}
