// nscope unmount: umount(2) of a path, also where no umount(8) is.
import { takeSteps } from '../../kernel/own/spawn.ts';
import { LaunchError } from '../../launch/plan/launch-error.ts';
import { planUnmounting } from '../../launch/plan/program-steps.ts';
import { explainFailure } from '../../launch/start/explain-failure.ts';

export function run([path = '']: readonly string[]): number {
  const failure = takeSteps(planUnmounting(path));
  if (!failure) return 0;
  const explained = explainFailure(failure, { command: 'unmount' });
  throw new LaunchError(`${path || '""'}: ${explained.message}`, { cause: explained });
}
