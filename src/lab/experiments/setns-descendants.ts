import { documents, type Experiment } from '../stage/experiment.ts';

export const setnsDescendants: Experiment = {
  name: 'setns-descendants',
  claim:
    'setns(2) takes only a pid namespace that is below the caller’s, or its own: an ancestor is refused with EINVAL.',
  source: documents.article,
  async perform(stage) {
    const above = await stage.make(['pid']);
    const link = `/proc/${above.pid}/ns/pid`;
    const into = ['nscope', 'enter', '-f', '-n', link, 'sh', '-c', 'echo born'];
    const downwards = await stage.try([...stage.enter(above), 'sh', '-c', 'echo born']);
    stage.expect('what a process says that is born in a descendant', downwards.output, 'born');
    const upwards = await stage.try([...stage.enter(above), 'nscope', 'run', '--pid', '--', ...into]);
    stage.expect('the errno for an ancestor', /\((E[A-Z]+)\)/.exec(upwards.said)?.[1] ?? upwards.said, 'EINVAL');
  },
};
