// nscope unmount: umount(2) of a path, also where no umount(8) is.
import { takeSteps } from '../kernel/spawn.ts';
import { explainFailure } from '../launch/explain-failure.ts';
import { planUnmounting } from '../launch/program-steps.ts';

export function run([path = '']: readonly string[]): number {
  const failure = takeSteps(planUnmounting(path));
  if (failure) throw explainFailure(failure, { command: 'unmount' });
  return 0;
}
