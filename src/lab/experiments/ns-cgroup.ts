import { documents, type Experiment, NotPermittedError } from '../stage/experiment.ts';
import { findMessage } from '../stage/stage.ts';

export const nsCgroup: Experiment = {
  name: 'ns-cgroup',
  claim:
    'The control group hierarchy called ns shows the processes of each set of namespaces, and which one was made in which.',
  source: documents.grouping,
  async perform(stage) {
    const script = `mount -t cgroup -o ns lab ${stage.directory} && cat ${stage.directory}/tasks`;
    const { said, status } = await stage.try([...stage.runIn('mnt'), 'sh', '-c', script]);
    if (/permission denied|not permitted|must be superuser/i.test(said))
      throw new NotPermittedError(findMessage(said) ?? '');
    stage.expect('the status of mounting it', status ?? 'none', 0);
  },
};
